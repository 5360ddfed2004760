import {
  type CallerKind,
  FUNCTION_NAMES,
  type FunctionContract,
  type FunctionName,
  FUNCTIONS,
  type Method,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import { type ErrorCode, ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import { EXAMPLES, type Examples, PATCH_EXAMPLES } from "./examples.ts";
import { schemaName } from "./schemas.ts";

/** One method of one function, as the document describes it. */
export interface Operation extends Examples {
  name: FunctionName;
  method: Method;
  summary: string;
  callers: readonly CallerKind[];
  /** Names of component schemas. */
  input: string;
  output: string;
  /** What each status of a success means. */
  successes: FunctionContract["successes"];
  errors: readonly ErrorCode[];
}

export const OPERATIONS: readonly Operation[] = FUNCTION_NAMES.flatMap((name) =>
  FUNCTIONS[name].methods.map((method) => operation(name, method))
);

function operation(name: FunctionName, method: Method): Operation {
  const { patch, callers, errors, ...others }: FunctionContract = FUNCTIONS[name];
  const isPatch = method === "PATCH" && patch !== undefined;
  const { summary, successes } = isPatch ? patch : others;
  const examples = isPatch ? PATCH_EXAMPLES[name] : EXAMPLES[name];
  return {
    requests: {},
    answers: {},
    ...examples,
    ...{ name, method, summary, callers, successes, errors },
    input: schemaName(name, isPatch ? "PatchInput" : "Input"),
    output: schemaName(name, isPatch ? "PatchOutput" : "Output"),
  };
}

/** The statuses with which it fails, in order. */
export function errorStatuses({ errors }: Operation): number[] {
  return [...new Set(errors.map((code): number => ERRORS[code].status))].sort();
}

export function codesOf({ errors }: Operation, status: number): ErrorCode[] {
  return errors.filter((code) => ERRORS[code].status === status);
}

/** The name of the component for a status; functions with the same codes share one. */
export function errorName(operation: Operation, status: number): string {
  const codes = codesOf(operation, status).join();
  const shared = OPERATIONS.filter((one) => codesOf(one, status).join() === codes);
  const [first] = shared;
  return shared.length === OPERATIONS.length ? `Error${status}` : `Error${status}-${first.name}`;
}
