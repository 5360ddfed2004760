/** Where the platform is told to post: WPP_WEBHOOK_URL, else the project's own address. */
import assert from "node:assert/strict";
import { configurationWarnings } from "../supabase/functions/_shared/wpp/diagnosis.ts";
import { readEnv, type VariableName } from "../supabase/functions/_shared/wpp/env.ts";
import { AppError } from "../supabase/functions/_shared/wpp/errors.ts";

const HOSTED = "https://project.supabase.co";

function read(values: Partial<Record<VariableName, string>>) {
  const variables: Partial<Record<VariableName, string>> = {
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_plural"}',
    WPP_BASE_URL: "https://wpp.test",
    ...values,
  };
  return readEnv((name) => variables[name]);
}

const URLS: [supabaseUrl: string, webhookUrl: string | undefined, expected: string | undefined][] =
  [
    [HOSTED, undefined, `${HOSTED}/functions/v1/wpp-webhook`],
    [`${HOSTED}/`, undefined, `${HOSTED}/functions/v1/wpp-webhook`],
    [HOSTED, "https://hooks.test/a/", "https://hooks.test/a"],
    [HOSTED, "http://localhost:8000/a", "http://localhost:8000/a"],
    ["http://kong:8000", "https://hooks.test/a", "https://hooks.test/a"],
    ["http://kong:8000", undefined, undefined],
    ["http://localhost.example.com", undefined, undefined],
    ["http://127.0.0.1.example.com:80", undefined, undefined],
    ...["localhost:54321", "127.0.0.1:54321", "[::1]:54321", "localhost"].map((host) =>
      [`http://${host}`, undefined, `http://${host}/functions/v1/wpp-webhook`] as [
        string,
        undefined,
        string,
      ]
    ),
  ];
for (const [SUPABASE_URL, WPP_WEBHOOK_URL, expected] of URLS) {
  Deno.test(`readEnv gives ${expected} when the project is ${SUPABASE_URL} and WPP_WEBHOOK_URL ${WPP_WEBHOOK_URL}`, () => {
    const env = read({ SUPABASE_URL, WPP_WEBHOOK_URL });
    assert.equal(env.webhookUrl, expected);
    const warnings = configurationWarnings(env).filter((one) => one.includes("WPP_WEBHOOK_URL"));
    assert.equal(warnings.length, expected === undefined ? 1 : 0);
  });
}

const WRONG: Record<string, string> = {
  "http": "http://hooks.example.com/a",
  "http on a name that begins like this machine's": "http://localhost.example.com/a",
  "with a query": "https://hooks.example.com/a?token=x",
  "with a fragment": "https://hooks.example.com/a#b",
  "with a password": "https://user:password@hooks.example.com/a",
  "a path": "/functions/v1/wpp-webhook",
  "of another scheme": "ftp://hooks.example.com",
};
for (const [what, WPP_WEBHOOK_URL] of Object.entries(WRONG)) {
  Deno.test(`readEnv is misconfigured when WPP_WEBHOOK_URL is ${what}`, () => {
    assert.throws(() => read({ SUPABASE_URL: HOSTED, WPP_WEBHOOK_URL }), (error) => {
      assert.ok(error instanceof AppError && error.code === "misconfigured");
      assert.match(error.message, /: WPP_WEBHOOK_URL must be/);
      assert.ok(!error.message.includes(WPP_WEBHOOK_URL));
      return true;
    });
  });
}
