/**
 * jose: JWTs and encrypted secrets. By subpaths, since the package's entry loads every algorithm.
 * This is the one place that names its version.
 */
export * as base64url from "npm:jose@6.2.17/base64url";
export { decodeProtectedHeader } from "npm:jose@6.2.17/decode/protected_header";
export * as joseErrors from "npm:jose@6.2.17/errors";
export { compactDecrypt } from "npm:jose@6.2.17/jwe/compact/decrypt";
export { CompactEncrypt } from "npm:jose@6.2.17/jwe/compact/encrypt";
export { createLocalJWKSet } from "npm:jose@6.2.17/jwks/local";
export { createRemoteJWKSet, customFetch } from "npm:jose@6.2.17/jwks/remote";
export { decodeJwt } from "npm:jose@6.2.17/jwt/decode";
export { jwtVerify } from "npm:jose@6.2.17/jwt/verify";
export type {
  FlattenedJWSInput,
  JSONWebKeySet,
  JWSHeaderParameters,
  JWTPayload,
  JWTVerifyGetKey,
  JWTVerifyOptions,
} from "npm:jose@6.2.17";
