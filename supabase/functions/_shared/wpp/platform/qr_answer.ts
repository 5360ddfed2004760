import { z } from "../deps/zod.ts";
import { anything } from "./answers.ts";
import { parseQrCodes, type QrCode } from "./qr.ts";

const QR_FIELDS = {
  qr: anything,
  qrCode: anything,
  qrcode: anything,
  urlcode: anything,
};

/** The QR code, or `undefined` while there is none; unknown forms alone are an issue. */
export const qrAnswer = z.object({
  ...QR_FIELDS,
  data: z.object(QR_FIELDS).optional().catch(undefined),
}).transform(({ data = {}, ...root }, ctx): QrCode | undefined => {
  const given = [...Object.values(root), ...Object.values(data)].filter((value) =>
    !isAbsent(value)
  );
  if (given.length === 0) return undefined;
  const code = parseQrCodes(given.filter((value) => typeof value === "string"));
  if (code) return code;
  ctx.addIssue({ code: "custom", message: "unknown form of QR code" });
  return z.NEVER;
});

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string" && value.trim() === "";
}
