import assert from "node:assert/strict";
import { en } from "../../examples/panel/texts_en.ts";
import { ru } from "../../examples/panel/texts_ru.ts";
import { FUNCTIONS } from "../../supabase/functions/_shared/wpp/contract.ts";

const PANEL = new URL("../../examples/panel/", import.meta.url);

/** Codes that are answered to requests that the panel does not make, or that a screen is for. */
const WITHOUT_SENTENCE = [
  ...["invalid_json", "method_not_allowed", "payload_too_large", "unsupported_media_type"],
  ...["idempotency_key_reused"],
];
const OF_THE_CLIENT = ["network_error", "unexpected_response", "not_deployed", "scan_expired"];

Deno.test("texts have a sentence for each error that the panel shows, and for no other", () => {
  const codes = new Set(Object.values(FUNCTIONS).flatMap(({ errors }) => errors as string[]));
  const shown = [...codes].filter((code) => !WITHOUT_SENTENCE.includes(code));
  for (const { errors } of [en, ru]) {
    assert.deepEqual(Object.keys(errors).sort(), [...shown, ...OF_THE_CLIENT].sort());
  }
});

Deno.test("texts are the same in both languages, and none is left empty", () => {
  assert.deepEqual(shapeOf(ru), shapeOf(en));
});

Deno.test("texts hold nothing that the panel does not use", async () => {
  const files = (await Array.fromAsync(Deno.readDir(PANEL)))
    .filter(({ name }) => name.endsWith(".ts") && !name.startsWith("texts_"));
  const code = (await Promise.all(files.map(({ name }) => Deno.readTextFile(new URL(name, PANEL)))))
    .join("\n");
  const used = new Set([...code.matchAll(/\b(?:t\(\)|texts)\.(\w+)/g)].map(([, name]) => name));
  assert.deepEqual(Object.keys(en).filter((name) => !used.has(name)), []);
});

/** The names, and of what kind each text is. */
function shapeOf(text: unknown): unknown {
  if (Array.isArray(text)) return text.map(shapeOf);
  if (typeof text === "object" && text !== null) {
    return Object.fromEntries(
      Object.entries(text).map(([name, one]) => [name, shapeOf(one)]).sort(),
    );
  }
  assert.notEqual(text, "");
  return typeof text;
}
