import { type CountryCode, metadata, parsePhoneNumberFromString } from "../deps/libphonenumber.ts";
import { AppError } from "../errors.ts";

/**
 * A recipient in E.164 form (`+79991112233`). International form needs no country; national form
 * is read as of `defaultCountry` (ISO 3166).
 *
 * @throws AppError `invalid_request` with `fields.to` when no such number can exist.
 */
export function parseRecipient(to: string, defaultCountry?: string): string {
  // A number copied from a contact comes with spaces and invisible marks of direction.
  const visible = to.replace(/\p{Cf}/gu, "").trim();
  const number = parsePhoneNumberFromString(visible, {
    defaultCountry: defaultCountry as CountryCode | undefined,
    extract: false,
  }, metadata);
  if (number?.isPossible() && !number.ext) return number.number;
  const hint = defaultCountry ? "" : ", in international form such as +79991112233";
  throw new AppError("invalid_request", { fields: { to: `Must be a phone number${hint}` } });
}
