import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { violationsOf } from "./checks.ts";
import type { Evidence } from "./evidence.ts";
import { MESSAGE, run, SENT } from "./evidence_of_one.ts";
import { pictureBytes } from "./pictures.ts";
import { organizationIdOf } from "./users.ts";

const OWN = {
  path: `${organizationIdOf(SENT.call.organization)}/outgoing/1.png`,
  isThere: true,
};

/** A run in which a picture was to be sent, and one in that place of the platform's. */
function sentOf(
  picture: typeof OWN | undefined,
  bytes?: Uint8Array<ArrayBuffer>,
): Partial<Evidence> {
  const call = { ...SENT.call, message: { ...SENT.call.message!, picture } };
  const media = bytes &&
    { url: "https://a.test/1.png", mimetype: "image/png", filename: "1.png", bytes };
  return { outcomes: [{ ...SENT, call }], sent: [{ ...MESSAGE, media }] };
}

const bytes = pictureBytes(MESSAGE.text);
Deno.test("violationsOf finds nothing when a picture was sent as it should be", () => {
  assert.deepEqual(violationsOf(run(sentOf(OWN, bytes))), []);
});
broken("a picture is sent that there was not to be", sentOf(undefined, bytes), /to be none/);
broken("a picture is left out", sentOf(OWN), /was left out/);
broken(
  "a picture is not what was uploaded",
  sentOf(OWN, bytes.slice(1)),
  /is not what was uploaded/,
);
broken("a picture is another message's", sentOf(OWN, pictureBytes("message 2")), /is not what was/);
broken(
  "a picture is sent that is not there",
  sentOf({ ...OWN, isThere: false }, bytes),
  /not there/,
);
broken(
  "a picture is sent that is another organization's",
  sentOf({ ...OWN, path: `${organizationIdOf(99)}/outgoing/1.png` }, bytes),
  /another organization's/,
);
