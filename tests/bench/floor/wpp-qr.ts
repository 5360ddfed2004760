import { passOn } from "./hops.ts";

export default { fetch: passOn("qr") };
