/**
 * An origin as a browser sends it: lower case, without a trailing slash or a default port. Undefined
 * for what is none. Apps have schemes of their own (`capacitor://localhost`), for which
 * `URL.origin` is "null".
 */
export function canonicalOrigin(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*\\]+\/?$/i.test(text)) return undefined;
  const url = URL.parse(text);
  if (!url?.host) return undefined;
  return url.origin === "null" ? `${url.protocol}//${url.host.toLowerCase()}` : url.origin;
}
