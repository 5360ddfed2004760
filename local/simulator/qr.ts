import { base64 } from "./base64.ts";
import type { Settings } from "./options.ts";
import { qrPng } from "./png.ts";

/** The text of a session's QR code; another one in each period of `qrLifetime`. */
export async function qrText(
  session: string,
  period: number,
  { qrPrefix }: Pick<Settings, "qrPrefix">,
): Promise<string> {
  const seed = new TextEncoder().encode(`${session}/${period}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", seed));
  return `${qrPrefix}2@${base64(digest.slice(0, 32))},${base64(digest.slice(32))}`;
}

/** The body of the QR call, in the form and field that the settings ask for. */
export async function qrBody(text: string | null, settings: Settings): Promise<unknown> {
  const value = text === null ? null : await qrValue(text, settings.qrForm);
  const field = settings.qrField.replace("data.", "");
  return field === settings.qrField ? { [field]: value } : { data: { [field]: value } };
}

/** A QR code's text in the form that is asked for. */
export async function qrValue(text: string, form: Settings["qrForm"]): Promise<string> {
  if (form === "text") return text;
  const image = base64(await qrPng(text));
  return form === "base64" ? image : `data:image/png;base64,${image}`;
}

/** The code of a period, as the settings want it in an event. */
export async function qrOf(session: string, period: number, settings: Settings): Promise<string> {
  return await qrValue(await qrText(session, period, settings), settings.qrForm);
}
