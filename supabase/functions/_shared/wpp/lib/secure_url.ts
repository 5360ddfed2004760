/**
 * Whether secrets may travel to this address: https, or http to this machine itself, which does not leave
 * it.
 */
export function isSecureUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" || url?.protocol === "http:" && isLoopback(url.hostname);
}

/** `hostname` as `URL` gives it: lower case, IPv4 addresses in full, IPv6 in brackets. */
function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  return name === "localhost" || name.endsWith(".localhost") ||
    /^127\.\d+\.\d+\.\d+$/.test(name) || name === "[::1]" ||
    /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(name);
}
