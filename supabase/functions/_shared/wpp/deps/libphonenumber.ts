/** libphonenumber-js: parses phone numbers. This is the one place that names its version. */
export { type CountryCode, parsePhoneNumberFromString } from "npm:libphonenumber-js@1.13.16/core";
export { default as metadata } from "npm:libphonenumber-js@1.13.16/min/metadata";
