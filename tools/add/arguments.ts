import { parseArgs } from "node:util";
import { clientFolder } from "./client_folder.ts";

export const HELP = `Puts this project into a Supabase project, or updates it there.

  deno task add DIR [--check] [--replace] [--client [PATH]]

  DIR              the folder that holds the project's supabase/
  --check          says what it would do, and writes nothing
  --replace        also replaces what is not ours or was changed since; what stood there is kept in
                   supabase/wpp-replaced/
  --client [PATH]  puts the client's package into DIR/wpp-client, or into PATH inside DIR; from then on
                   it is updated with the rest

It asks nothing, and a second run changes nothing. Nothing is written when anything is refused.

Ends with 0 when it is done or nothing is to do; 1 when, with --check, something is to do, or a file
could not be written; 2 when it was called wrongly; 3 when something is refused.`;

/** Where the client goes unless a path is given. */
const CLIENT_FOLDER = "wpp-client";

export interface Arguments {
  /** As it was given. */
  dir: string;
  check: boolean;
  replace: boolean;
  /** The client's folder, relative to `dir`; undefined where it was not asked for. */
  client: string | undefined;
}

/** Undefined: help is wanted. Throws when called wrongly. */
export function readArguments(args: string[]): Arguments | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      check: { type: "boolean" },
      replace: { type: "boolean" },
      client: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  const [dir, path, ...more] = positionals;
  if (!dir) throw new Error("Cannot start: name the project's folder (see --help)");
  if (more.length > 0 || (path !== undefined && !values.client)) {
    throw new Error("Cannot start: name one folder (see --help)");
  }
  return {
    dir,
    check: values.check ?? false,
    replace: values.replace ?? false,
    client: values.client ? clientFolder(path ?? CLIENT_FOLDER) : undefined,
  };
}
