import {
  FUNCTION_NAMES,
  type FunctionName,
  FUNCTIONS,
} from "../../supabase/functions/_shared/wpp/contract.ts";

/** Every function of the contract, as it deploys. */
export const functions = Object.fromEntries(
  await Promise.all(FUNCTION_NAMES.map(async (name) => {
    const file = new URL(`../../supabase/functions/${name}/index.ts`, import.meta.url);
    return [name, (await import(file.href)).default];
  })),
) as Record<FunctionName, { fetch(request: Request): Promise<Response> }>;

/** POST where the function takes it. */
export function usualMethod(name: FunctionName, body: unknown): string {
  const methods: readonly string[] = FUNCTIONS[name].methods;
  if (methods.includes("POST")) return "POST";
  return body === undefined ? "GET" : "PATCH";
}
