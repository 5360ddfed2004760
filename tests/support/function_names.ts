import {
  type CallerKind,
  FUNCTION_NAMES,
  type FunctionContract,
  FUNCTIONS,
} from "../../supabase/functions/_shared/wpp/contract.ts";

const callersOf = (name: keyof typeof FUNCTIONS): readonly CallerKind[] =>
  (FUNCTIONS[name] as FunctionContract).callers;

/** The functions that users may call. */
export const USER_FUNCTIONS = FUNCTION_NAMES.filter((name) => callersOf(name).includes("user"));
/** Those that only the project's own server may call. */
export const SERVER_FUNCTIONS = FUNCTION_NAMES.filter((name) => !callersOf(name).includes("user"));
