import { AppError } from "../errors.ts";

/** @throws AppError `invalid_request` when the header is there and not a key. */
export function idempotencyKey(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null || /^[\x20-\x7e]{1,255}$/.test(key)) return key ?? undefined;
  throw new AppError("invalid_request", {
    fields: { "idempotency-key": "Must be 1 to 255 printable ASCII characters" },
  });
}
