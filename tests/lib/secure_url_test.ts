import assert from "node:assert/strict";
import { isSecureUrl } from "../../supabase/functions/_shared/wpp/lib/secure_url.ts";

const INSECURE = [
  "http://wpp.example.com",
  "HTTP://WPP.example.com/base",
  "http://192.168.0.7:3000",
  "http://128.0.0.1",
  "http://localhost.example.com",
  "http://notlocalhost",
  "http://127.0.0.1.example.com",
  "http://[2001:db8::1]",
  "http://[::ffff:8.8.8.8]",
  "http://host.docker.internal:3000",
  "ftp://localhost",
  "no URL at all",
];

const SECURE = [
  "https://wpp.example.com",
  "https://192.168.0.7",
  "http://localhost",
  "http://LOCALHOST.:3000/base",
  "http://wpp.localhost",
  "http://127.0.0.1:54321",
  "http://127.1",
  "http://127.255.0.3",
  "http://[::1]:3000",
  "http://[::ffff:127.0.0.1]",
];

for (const url of INSECURE) {
  Deno.test(`isSecureUrl is false when the URL is ${url}`, () => {
    assert.equal(isSecureUrl(url), false);
  });
}

for (const url of SECURE) {
  Deno.test(`isSecureUrl is true when the URL is ${url}`, () => {
    assert.equal(isSecureUrl(url), true);
  });
}
