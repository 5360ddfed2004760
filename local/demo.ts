/** `deno task demo`: all that a user does, from sign-in to an answered message, in the terminal. */
import { createClient, FunctionsHttpError, type SupabaseClient } from "@supabase/supabase-js";
import encodeQR from "qr";
import { sleep } from "../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Simulator } from "./simulator/simulator.ts";
import { type Stack, startStack } from "./stack.ts";

/** The whole demo may take this long: usually it takes some 10 s. */
const TIME_LIMIT_MS = 90_000;
const RECIPIENT = "+79991112233";

if (import.meta.main) Deno.exit(await main());

/** Returns the exit code. */
async function main(): Promise<number> {
  const signal = AbortSignal.any([AbortSignal.timeout(TIME_LIMIT_MS), interruption()]);
  try {
    const stack = await step(
      "Starting the stack",
      () => startStack({ port: 0, quiet: true, signal }),
    );
    try {
      await Promise.race([journey(stack), whenAborted(signal)]);
    } finally {
      await stack.stop();
    }
    console.log("That is the whole journey.");
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function journey(stack: Stack): Promise<void> {
  const supabase = createClient(stack.url, stack.publishableKey, {
    auth: { autoRefreshToken: false, persistSession: false },
  });
  await step(`Signing in as ${stack.demo.email}`, async () => {
    const { error } = await supabase.auth.signInWithPassword(stack.demo);
    if (error) throw error;
  });
  const { session } = await step(
    "Creating the WhatsApp connection (wpp-create)",
    () => invoke(supabase, "wpp-create", { name: "Demo" }),
  );
  const { qr } = await step(
    "Waiting for its QR code (wpp-qr)",
    () => poll(supabase, "wpp-qr", (answer) => answer.state === "ready"),
  );
  console.log(encodeQR(qr.text, "ascii", { ecc: "low" }));
  await step(
    "Scanning it, as a phone would (simulated)",
    () => Promise.resolve(stack.simulator!.scan(session)),
  );
  await step(
    "Waiting until WhatsApp is connected (wpp-status)",
    () => poll(supabase, "wpp-status", (answer) => answer.status === "connected"),
  );
  const { status, to } = await step(
    `Sending a message to ${RECIPIENT} (wpp-send)`,
    () => invoke(supabase, "wpp-send", { to: RECIPIENT, text: "Hello from the demo" }),
  );
  console.log(`The message to ${to} is ${status}.`);
  await step(
    "Answering it, as its recipient would (simulated)",
    () => answerByPhone(stack.simulator!, session),
  );
  const server = createClient(stack.url, stack.secretKey, { auth: { persistSession: false } });
  const answer = await step("Reading the answer (messenger_messages)", () => answerOf(server));
  console.log(`${RECIPIENT} answers: ${answer}`);
}

/** Writes to the session, and throws unless its webhook has taken that. */
export async function answerByPhone(
  simulator: Pick<Simulator, "incoming">,
  session: string,
): Promise<void> {
  const event = await simulator.incoming({ session, from: RECIPIENT, text: "Hello, demo!" });
  if (!event) throw new Error("No webhook is registered");
  const status = event.answers.at(-1) ?? null;
  if (status === null) throw new Error("The webhook did not answer");
  if (status >= 300) throw new Error(`The webhook answered ${status}`);
  console.log(`The webhook answered ${status}.`);
}

/** The text that came in, as the project's own server reads it. */
export async function answerOf(supabase: Pick<SupabaseClient, "from">): Promise<string> {
  const { data, error } = await supabase.from("messenger_messages").select("text")
    .eq("direction", "in").single();
  if (error) throw new Error(error.message); // it is no Error itself
  return data.text;
}

/** Prints what is done, and does it. The error of a failure names the step. */
async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  console.log(`${title} …`);
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Failed: ${title}: ${reason}`, { cause: error });
  }
}

/** Calls a function, at the pace that its answers name, until an answer is `done`. */
async function poll(supabase: SupabaseClient, name: string, done: (answer: Answer) => boolean) {
  while (true) {
    const answer = await invoke(supabase, name);
    if (done(answer)) return answer;
    await sleep((answer.retryAfter ?? 1) * 1000);
  }
}

// deno-lint-ignore no-explicit-any -- the functions' answers differ; contract.ts describes them
type Answer = Record<string, any> & { retryAfter?: number };

async function invoke(supabase: SupabaseClient, name: string, body: object = {}): Promise<Answer> {
  const { data, error, response } = await supabase.functions.invoke(name, { body });
  if (error instanceof FunctionsHttpError) {
    const text = await error.context.text();
    throw new Error(`${name} answered ${error.context.status}: ${text}`);
  }
  if (error) throw error;
  const retryAfter = Number(response?.headers.get("retry-after")) || undefined;
  return { ...data, retryAfter };
}

/** Aborts when the user or the system asks this process to end. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  const abort = () => interrupted.abort(new Error("Interrupted"));
  Deno.addSignalListener("SIGINT", abort);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", abort);
  return interrupted.signal;
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}
