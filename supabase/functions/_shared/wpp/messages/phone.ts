import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  metadata,
  parsePhoneNumberFromString,
  type PhoneNumber,
} from "../deps/libphonenumber.ts";
import { AppError } from "../errors.ts";
import { normalizePhone } from "../platform/phone_canonical.ts";
import { readPhoneWriting, type WrittenPhone } from "./phone_writing.ts";

/** One number that the digits can be read as. */
interface Reading {
  /** In E.164 form, and the one spelling of `normalizePhone`. */
  e164: string;
  number: PhoneNumber;
  /** The numbering plan knows the number. */
  isValid: boolean;
  /** It may be a mobile: most numbers in WhatsApp are. Some countries do not tell them apart. */
  isMobile: boolean;
}

/** E.164 has at most 15 digits. Less than 7 with the country code is nobody's mobile. */
const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * Côte d'Ivoire and Benin went from 8 digits to 10 in 2021 and 2024; the numbering plan no longer
 * knows the old numbers, but accounts that are older keep them in WhatsApp.
 */
const OLD_NUMBER = /^\+(?:225(?:0[1-9]|[2-9]\d)\d{6}|229[2-9]\d{7})$/;

const HOW = "begin with + and the country code";

/**
 * A recipient in E.164 form (`+79991112233`), in the one spelling of `normalizePhone`. A number that
 * begins with `+` or `00` is international. Other digits are read as international and as national
 * ones of `defaultCountry` (ISO 3166), and taken only where one of the two can be meant.
 *
 * @throws AppError `invalid_request` with `fields.to`, `misconfigured` when there is no such country.
 */
export function parseRecipient(to: string, defaultCountry?: string): string {
  const country = defaultCountry === undefined ? undefined : knownCountry(defaultCountry);
  const written = readPhoneWriting(to);
  if (!written) throw invalid(whyUnreadable(to));
  const { isInternational, digits } = written;
  if (isInternational) return only([international(digits)]);
  if (country || digits.startsWith("00")) return only(readWithoutPlus(written, country));
  throw invalid(`Must be a phone number in international form such as +79991112233: ${HOW}`);
}

/** What digits without a plus can mean: nothing, one number, or several when it is not clear. */
function readWithoutPlus(
  written: WrittenPhone,
  country: CountryCode | undefined,
): (Reading | undefined)[] {
  const { digits } = written;
  const prefixed = digits.startsWith("00") ? international(digits.slice(2)) : undefined;
  const abroad = digits.startsWith("0") ? undefined : international(digits);
  const home = country && national(digits, country);
  const valid = [prefixed, abroad, home].filter((reading) => reading?.isValid);
  if (abroad?.isValid && home?.isValid && abroad.e164 !== home.e164) {
    return meant(written, abroad, home);
  }
  if (valid.length > 0) return valid;
  // What comes after an international prefix is as good as after a plus.
  return [prefixed, home && isAbroad(home, country) ? home : undefined];
}

/** Whether the digits began with the country's own international prefix, such as 011. */
function isAbroad({ number }: Reading, country: CountryCode): boolean {
  return number.countryCallingCode !== getCountryCallingCode(country, metadata);
}

/** The one of two valid readings that the writing itself points to, or both. */
function meant({ groups }: WrittenPhone, abroad: Reading, home: Reading): Reading[] {
  const ways = [home.number.formatNational(), withoutTrunkPrefix(home.number)].map(groupsOf);
  if (groups.length > 1) {
    // "79 912345678" sets apart an area code of Brazil, and not Russia's 7.
    const code = groups[0] === abroad.number.countryCallingCode;
    const areaCode = ways.some(([first]) => first === groups[0]);
    if (code !== areaCode) return [code ? abroad : home];
    // 51 is both: "51 91234-5678" is grouped like Brazil's numbers, "51 912 345 678" like Peru's.
    const likeAbroad = isSame(groups, groupsOf(abroad.number.formatInternational()));
    const likeHome = ways.some((way) => isSame(groups, way));
    if (likeAbroad !== likeHome) return [likeAbroad ? abroad : home];
  }
  // Where people write their numbers without a trunk prefix, a mobile of their own is meant sooner
  // than a landline abroad: else New York's 646 could be New Zealand, Moscow's 926 Pakistan. In Brazil
  // it is meant before any number abroad: nobody there writes the 0, and five of its area codes are
  // country codes with mobiles of the same length, so that a refusal would lock their people out.
  const isWrittenLikeThis = ways.some((way) => way.join("") === home.number.nationalNumber);
  const isClear = !abroad.isMobile || home.number.country === "BR";
  if (isWrittenLikeThis && home.isMobile && isClear) return [home];
  return [abroad, home];
}

/** `digits` as a country code and what follows, in a length that the country has. */
function international(digits: string): Reading | undefined {
  const e164 = normalizePhone(`+${digits}`);
  const parsed = parsePhoneNumberFromString(e164, metadata);
  // The library adds Madagascar's area code where there is none. Only a trunk prefix may be wrong.
  return parsed && parsed.number.length <= e164.length ? read(parsed) : undefined;
}

/** `digits` as they are dialled within the country, with its own international prefix, too. */
function national(digits: string, defaultCountry: CountryCode): Reading | undefined {
  const reading = read(parsePhoneNumberFromString(digits, { defaultCountry }, metadata));
  // Within the country nobody writes an old number for WhatsApp: it lacks a part, as it seems.
  const lacksPart = reading && OLD_NUMBER.test(reading.e164) && !isAbroad(reading, defaultCountry);
  return lacksPart ? undefined : reading;
}

function read(parsed: PhoneNumber | undefined): Reading | undefined {
  const e164 = parsed && normalizePhone(parsed.number);
  const number = e164 && parsePhoneNumberFromString(e164, metadata);
  // A number that is read otherwise the second time still has a trunk prefix in it.
  if (!number || number.number !== e164 || !E164.test(e164)) return undefined;
  const isOld = OLD_NUMBER.test(e164);
  const isValid = isOld || number.isValid();
  // Numbering plans change, so a possible length will do. But a 0 that the plan does not know, as it
  // knows Italy's, is a trunk prefix: "+7 099…".
  if (!isValid && (!number.isPossible() || number.nationalNumber.startsWith("0"))) return undefined;
  const type = number.getType();
  const isMobile = type === "MOBILE" || type === "FIXED_LINE_OR_MOBILE";
  return { e164, number, isValid, isMobile };
}

/** The number that all readings come to. @throws AppError `invalid_request` */
function only(readings: (Reading | undefined)[]): string {
  const [number, ...others] = new Set(readings.flatMap((reading) => reading?.e164 ?? []));
  if (!number) throw invalid(`Must be a phone number that can exist: ${HOW}`);
  if (others.length === 0) return number;
  throw invalid(`Could be ${[number, ...others].join(" or ")}: begin with + and the country code`);
}

/** In national form, without the 0 or 8 before it where people may leave it out. */
function withoutTrunkPrefix(number: PhoneNumber): string {
  return number.format("NATIONAL", { nationalPrefix: false });
}

function groupsOf(formatted: string): string[] {
  return formatted.match(/\d+/g) ?? [];
}

function isSame(groups: string[], others: string[]): boolean {
  return groups.join(" ") === others.join(" ");
}

function invalid(problem: string): AppError {
  return new AppError("invalid_request", { fields: { to: problem } });
}

function knownCountry(name: string): CountryCode {
  if (isSupportedCountry(name as CountryCode, metadata)) return name as CountryCode;
  const hint = name === "UK" ? "; the United Kingdom is GB" : "";
  throw new AppError("misconfigured", {
    message: "The functions are not configured: " +
      `WPP_DEFAULT_COUNTRY must be an ISO 3166 country such as DE${hint}.`,
  });
}

function whyUnreadable(to: string): string {
  if (to.includes("@")) {
    return `Must be a phone number, not an address of WhatsApp: ${HOW}. ` +
      "Groups and @lid addresses have no number";
  }
  if (/\p{L}|[;,#*]/u.test(to)) {
    return `Must be a phone number without letters or an extension: ${HOW}`;
  }
  return `Must be one phone number: ${HOW}`;
}
