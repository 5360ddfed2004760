/**
 * libphonenumber-js: parses phone numbers. This is the one place that names its version. The `max`
 * metadata, for the smaller ones know which lengths a country has, but not which numbers: to `min`,
 * any 11 digits are a German number.
 */
export {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type PhoneNumber,
} from "npm:libphonenumber-js@1.13.16/core";
export { default as metadata } from "npm:libphonenumber-js@1.13.16/max/metadata";
