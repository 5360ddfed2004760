/** How ALLOWED_ORIGINS may be written, and what is said where it is wrong. */
import assert from "node:assert/strict";
import { APP, assertReadable, assertUnreadable, preflight } from "../support/cors.ts";
import { direct, withoutDatabase } from "../support/direct.ts";

const WRITTEN: [origins: string, sent: string][] = [
  [`${APP}/`, APP],
  ["HTTPS://App.Example.COM", APP],
  [`${APP}:443`, APP],
  ["https://bücher.example", "https://xn--bcher-kva.example"],
  ["capacitor://localhost", "capacitor://localhost"],
  ["ionic://localhost/", "ionic://localhost"],
  ["Tauri://LocalHost", "tauri://localhost"],
  ["app://-", "app://-"],
  ["app://bundle:8080", "app://bundle:8080"],
];
for (const [origins, sent] of WRITTEN) {
  withoutDatabase(`ALLOWED_ORIGINS lets ${sent} in when it is ${origins}`, async () => {
    assertReadable(await preflight("wpp-send", sent), sent);
    assertUnreadable(await preflight("wpp-send", `${sent}.evil.test`));
    assertUnreadable(await preflight("wpp-send", "null"));
  }, { ALLOWED_ORIGINS: origins });
}

const REFUSED: [origins: string, says: RegExp][] = [
  ["app.example.com", /must be exact origins such as .+, separated by commas\.$/],
  [`${APP}/path`, /must be exact origins/],
  [`${APP} http://localhost:3000`, /must be exact origins/],
  [`https://user@app.example.com`, /must be exact origins/],
  ["capacitor://", /must be exact origins/],
  ["capacitor:localhost", /must be exact origins/],
  ["https:app.example.com", /must be exact origins/],
  ["file:///index.html", /must be exact origins/],
  [
    "*.example.com",
    /must not hold \* inside an origin: list each origin in full, .+ or set \* alone/,
  ],
  ["https://*.example.com", /must not hold \* inside an origin/],
  [`${APP},http://localhost:*`, /must not hold \* inside an origin/],
  ["null", /must not hold null, .+ an origin of its own/],
  [`${APP},NULL`, /must not hold null/],
];
for (const [origins, says] of REFUSED) {
  withoutDatabase(`ALLOWED_ORIGINS lets nobody in when it is ${origins}`, async () => {
    const response = await direct("wpp-status", { headers: { origin: APP } });
    assert.equal(response.status, 500);
    const { message } = (await response.json()).error;
    assert.match(message, /ALLOWED_ORIGINS/);
    assert.match(message, says);
    assertUnreadable(response);
    assertUnreadable(await preflight("wpp-status", "null"));
  }, { ALLOWED_ORIGINS: origins });
}
