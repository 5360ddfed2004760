/** zod: the shapes of requests, answers and rows. This is the one place that names its version. */
export { z } from "npm:zod@4.6.7";
