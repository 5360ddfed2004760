/** qr: draws QR codes. This is the one place that names its version. */
export { default as encodeQR } from "npm:qr@0.7.0";
