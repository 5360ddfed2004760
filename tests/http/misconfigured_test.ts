/** Configuration that is missing or wrong: the answer names the variable, never its value. */
import assert from "node:assert/strict";
import { readEnv, type VariableName } from "../../supabase/functions/_shared/wpp/env.ts";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { direct, userHeaders, withoutDatabase } from "../support/direct.ts";
import { FUNCTION_NAMES, FUNCTIONS } from "../../supabase/functions/_shared/wpp/contract.ts";

type Variables = Partial<Record<VariableName, string>>;

const MINIMAL: Variables = {
  SUPABASE_URL: "http://kong:8000",
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_plural"}',
  WPP_BASE_URL: "https://wpp.test",
};
const key = "k".repeat(43);

/** The message of the error that reading must end with. */
function misconfigured(values: Variables): string {
  try {
    readEnv((name) => values[name]);
  } catch (error) {
    assert.ok(error instanceof AppError);
    assert.deepEqual([error.code, error.status, error.retryable], ["misconfigured", 500, false]);
    return error.message;
  }
  assert.fail("expected an error");
}

const MARK = "MARKED0value";
const WRONG: [VariableName, string][] = [
  ["SUPABASE_URL", `${MARK}.supabase.co`],
  ["SUPABASE_URL", `ftp://${MARK}`],
  ["WPP_BASE_URL", `https://user:${MARK}@wpp.test`],
  ["WPP_BASE_URL", `https://wpp.test/?key=${MARK}`],
  ["SUPABASE_SECRET_KEYS", MARK],
  ["SUPABASE_SECRET_KEYS", `{"default":"${MARK}"`],
  ["SUPABASE_SECRET_KEYS", `{"default":["${MARK}"]}`],
  ["SUPABASE_PUBLISHABLE_KEYS", `"${MARK}"`],
  ["SUPABASE_JWKS", MARK],
  ["SUPABASE_JWKS", `{"keys":"${MARK}"}`],
  ["SUPABASE_JWKS", `{"keys":[{"kid":"${MARK}"}]}`],
  ["SUPABASE_JWKS", `[{"kty":"oct","k":"${MARK}="}]`],
  ["SUPABASE_JWKS", `[{"kty":"oct","kid":"${MARK}"}]`],
  ["WPP_DEFAULT_COUNTRY", MARK],
  ["WPP_ENCRYPTION_KEYS", MARK],
  ["WPP_ENCRYPTION_KEYS", `${key},${MARK}`],
  ["WPP_ENCRYPTION_KEYS", `${key},`],
  ["ALLOWED_ORIGINS", MARK],
];
for (const [name, value] of WRONG) {
  Deno.test(`readEnv names ${name} and not its value when it is ${value}`, () => {
    const message = misconfigured({ ...MINIMAL, [name]: value });
    assert.ok(message.includes(`${name} `), message);
    assert.ok(!message.includes(MARK) && !message.includes(key), message);
  });
}

const REQUIRED = ["SUPABASE_URL", "SUPABASE_SECRET_KEYS", "WPP_BASE_URL"] as const;
for (const name of REQUIRED) {
  for (const value of [undefined, "", "  "]) {
    Deno.test(`readEnv names ${name} when it is ${JSON.stringify(value) ?? "missing"}`, () => {
      assert.match(misconfigured({ ...MINIMAL, [name]: value }), new RegExp(`${name} is not set`));
    });
  }

  for (const fn of FUNCTION_NAMES) {
    withoutDatabase(`${fn} boots and says what is missing without ${name}`, async (lines) => {
      const user = await userHeaders();
      for (const headers of [user, {}]) {
        const response = await direct(fn, { method: FUNCTIONS[fn].methods[0], headers });
        const { error } = await response.json();
        assert.deepEqual([response.status, error.code], [500, "misconfigured"]);
        assert.match(error.message, new RegExp(`${name} is not set`));
        assert.equal(error.retryable, false);
      }
      assert.deepEqual(lines.map((line) => JSON.parse(line).code), [
        "misconfigured",
        "misconfigured",
      ]);
    }, { [name]: undefined });
  }
}
