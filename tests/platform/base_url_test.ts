import assert from "node:assert/strict";
import { isInsecureBaseUrl } from "../../supabase/functions/_shared/wpp/platform/base_url.ts";

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
  "no URL at all",
];

for (const url of INSECURE) {
  Deno.test(`isInsecureBaseUrl is true when the base URL is ${url}`, () => {
    assert.equal(isInsecureBaseUrl(url), true);
  });
}

for (const url of SECURE) {
  Deno.test(`isInsecureBaseUrl is false when the base URL is ${url}`, () => {
    assert.equal(isInsecureBaseUrl(url), false);
  });
}
