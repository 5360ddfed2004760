import { passOn } from "./hops.ts";

export default { fetch: passOn("status") };
