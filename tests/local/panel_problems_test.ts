import { AuthError, createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { charactersOf, MAX_CHARACTERS } from "../../examples/panel/message_length.ts";
import { recipientProblem } from "../../examples/panel/recipient_problem.ts";
import { signInProblem } from "../../examples/panel/sign_in_problem.ts";
import { en } from "../../examples/panel/texts_en.ts";
import { ru } from "../../examples/panel/texts_ru.ts";
import { sendInput } from "../../supabase/functions/_shared/wpp/contract.ts";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { parseRecipient } from "../../supabase/functions/_shared/wpp/messages/phone.ts";

/** What supabase-js makes of this answer to a sign-in; undefined: no answer comes. */
async function signInError(answer?: Response): Promise<AuthError> {
  const supabase = createClient("http://127.0.0.1", "key", {
    auth: { autoRefreshToken: false, persistSession: false },
    global: {
      fetch: () => answer ? Promise.resolve(answer) : Promise.reject(new TypeError("Failed")),
    },
  });
  const { error } = await supabase.auth.signInWithPassword({ email: "a@b.example", password: "x" });
  return error!;
}

const refusal = (status: number, error_code?: string) =>
  Response.json({ code: status, error_code, msg: "…" }, { status });

Deno.test("signInProblem says what is the matter when signing in fails", async (t) => {
  const cases: [string, Response | undefined, keyof typeof en.signInProblems][] = [
    ["no answer", undefined, "unreachable"],
    ["a wrong password", refusal(400, "invalid_credentials"), "wrong"],
    ["an email that is not confirmed", refusal(400, "email_not_confirmed"), "notConfirmed"],
    ["no email", refusal(400, "validation_failed"), "malformed"],
    ["422", refusal(422), "malformed"],
    ["a user who is banned", refusal(400, "user_banned"), "banned"],
    ["sign-ups that are off", refusal(422, "signup_disabled"), "signUpOff"],
    ["passwords that are off", refusal(422, "email_provider_disabled"), "passwordsOff"],
    ["429", refusal(429, "over_request_rate_limit"), "tooMany"],
    ["429 without a code", refusal(429), "tooMany"],
    ["a wrong key of the page", refusal(401), "refused"],
    ["a code that is new", refusal(400, "toString"), "refused"],
    ["500", refusal(500, "unexpected_failure"), "unavailable"],
    ["a proxy's 502", new Response("<html>", { status: 502 }), "unavailable"],
    ["a page instead of an answer", new Response("<html>", { status: 404 }), "unavailable"],
  ];
  for (const [name, answer, sentence] of cases) {
    await t.step(name, async () => {
      const error = await signInError(answer);
      assert.equal(signInProblem(error, en), en.signInProblems[sentence]);
      assert.equal(signInProblem(error, ru), ru.signInProblems[sentence]);
    });
  }
});

/** What wpp-send says of a recipient. */
function said(to: string, country?: string): string {
  try {
    parseRecipient(to, country);
  } catch (error) {
    if (error instanceof AppError) return error.fields!.to;
  }
  throw new Error(`${to} is a recipient`);
}

Deno.test("recipientProblem says what to do about a number", () => {
  for (const texts of [en, ru]) {
    const cases: [string, string | undefined, string][] = [
      ["8 999 111-22-33", undefined, texts.toNational],
      ["12", undefined, texts.toNational],
      ["12", "RU", texts.toImpossible],
      ["+7 999", undefined, texts.toImpossible],
      ["+7 999 111 22 33 ext. 5", undefined, texts.toInvalid],
      ["79991112233@c.us", undefined, texts.toInvalid],
    ];
    for (const [to, country, sentence] of cases) {
      assert.equal(recipientProblem(said(to, country), texts), sentence, to);
    }
    const ambiguous = said("491701234567", "DE");
    assert.match(ambiguous, /^Could be (\+\d+) or (\+\d+):/);
    const numbers = ambiguous.match(/\+\d+/g)!;
    assert.equal(recipientProblem(ambiguous, texts), texts.toAmbiguous(numbers));
    assert.ok(numbers.every((number) => texts.toAmbiguous(numbers).includes(number)));
    assert.equal(recipientProblem("Too big", texts), texts.toInvalid);
  }
});

Deno.test("charactersOf counts a message as wpp-send does", () => {
  for (const letter of ["a", "я", "😀"]) {
    for (const length of [MAX_CHARACTERS, MAX_CHARACTERS + 1]) {
      const text = letter.repeat(length);
      const { success } = sendInput.safeParse({ to: "+79991112233", text });
      assert.equal(success, charactersOf(text) <= MAX_CHARACTERS, `${length} ${letter}`);
    }
  }
});
