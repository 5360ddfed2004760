import type { FunctionContract } from "../contract/function_contract.ts";
import { type Env, readEnv } from "../env.ts";
import { AppError } from "../errors.ts";
import type { z } from "../deps/zod.ts";
import { boundary, type Reply } from "./boundary.ts";
import { parseInput, readInput } from "./input.ts";
import { withinRequestTime } from "./request_time.ts";
import type { Trace } from "./trace.ts";

/** One request, as a use case's context is built from it. */
export interface Call<Caller> {
  request: Request;
  caller: Caller;
  env: Env;
  trace: Trace;
  /** Aborts when the request's time is over. */
  signal: AbortSignal;
}

/** Who may call a function, and what then happens: what an endpoint leaves to those above it. */
export interface EndpointHooks<Caller> {
  /** Answers in place of the function when the request asks how the functions run. */
  diagnose?(request: Request, env: Env): Promise<object | undefined>;
  /** Decides who calls, before the input is read. @throws AppError for whom it does not let in. */
  admit(request: Request, env: Env): Promise<Caller>;
  /** What this caller must send, where that is not what the contract says for all. */
  inputOf?(input: z.ZodObject, caller: Caller): z.ZodObject;
  /** Gets what `inputOf` lets through, else the contract. Answers what the contract says. */
  handle(input: unknown, call: Call<Caller>): Promise<Reply<unknown>>;
}

/** The HTTP side of a function of the contract: CORS, method, input, output, deadline, log line. */
export function endpoint<Caller>(
  contract: FunctionContract,
  hooks: EndpointHooks<Caller>,
): (request: Request) => Promise<Response> {
  return boundary(
    contract.name,
    (request, trace) => answer(contract, hooks, request, trace),
    contract.methods,
  );
}

async function answer<Caller>(
  contract: FunctionContract,
  { diagnose, admit, inputOf = (input) => input, handle }: EndpointHooks<Caller>,
  request: Request,
  trace: Trace,
): Promise<Reply<unknown>> {
  const { methods, patch } = contract;
  const { input, output } = request.method === "PATCH" && patch ? patch : contract;
  if (!(methods as readonly string[]).includes(request.method)) {
    throw new AppError("method_not_allowed", {
      headers: { allow: [...methods, "OPTIONS"].join(", ") },
    });
  }
  return await withinRequestTime(async (signal) => {
    const env = readEnv();
    const diagnosis = await diagnose?.(request, env);
    if (diagnosis) return { body: diagnosis };
    const caller = await admit(request, env);
    const parsed = parseInput(inputOf(input, caller), await readInput(request));
    const reply = await handle(parsed, { request, caller, env, trace, signal });
    return { ...reply, body: output.parse(reply.body) };
  });
}
