/** What `deno task add` writes into config.toml, and what it leaves as it is. */
import assert from "node:assert/strict";
import { editConfig, parseConfig } from "../../tools/add/config_toml.ts";
import { changedBy, RELEASE, scratchProject } from "../support/scratch_project.ts";

const CONFIG = "supabase/config.toml";
const ALL = RELEASE.functions;
const CLOSED = ALL.map((name) => `\n[functions.${name}]\nverify_jwt = false\n`).join("");

/** What stands there, and what is there afterwards. */
const ADDED: [what: string, before: string, after: string][] = [
  ["is empty", "", CLOSED.slice(1)],
  ["has comments", "# mine\nproject_id = 'x' # too\n", `# mine\nproject_id = 'x' # too\n${CLOSED}`],
  ["has no final newline", "project_id = 'x'", `project_id = 'x'\n${CLOSED}`],
  [
    "has CRLF",
    "a = 1\r\n[b]\r\nc = 2",
    `a = 1\r\n[b]\r\nc = 2\r\n${CLOSED.replaceAll("\n", "\r\n")}`,
  ],
  ["begins with a byte order mark", "\uFEFFa = 1\n", `\uFEFFa = 1\n${CLOSED}`],
  [
    "has a text that looks like a section",
    'a = """\n[functions.wpp-send]\n"""\n',
    `a = """\n[functions.wpp-send]\n"""\n${CLOSED}`,
  ],
];
for (const [what, before, after] of ADDED) {
  Deno.test(`add adds its sections when config.toml ${what}`, () => {
    using project = scratchProject({ [CONFIG]: before });
    assert.deepEqual(project.add().refusals, []);
    assert.equal(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(
        Deno.readFileSync(`${project.dir}/${CONFIG}`),
      ),
      after,
    );
    assert.deepEqual(changedBy(project.plan()), []);
  });
}

/** Our functions but one, which stands there otherwise. */
const others = ALL.filter((name) => name !== "wpp-send");
const OTHERS = others.map((name) => `[functions.${name}]\nverify_jwt = false\n`).join("\n");

const THERE: [what: string, send: string][] = [
  ["as a section", "[functions.wpp-send]\nverify_jwt = false\n"],
  ["quoted", '[functions."wpp-send"]\nverify_jwt = false # mine\n'],
  ["with spaces", "[ functions . 'wpp-send' ]  # mine\n  verify_jwt=false\n"],
  ["as a table in a table", "[functions]\nwpp-send = { verify_jwt = false }\n"],
  ["by a dotted key", "functions.wpp-send.verify_jwt = false\n"],
];
for (const [what, send] of THERE) {
  Deno.test(`add leaves config.toml as it is when a function is there ${what}`, () => {
    using project = scratchProject({ [CONFIG]: `${send}\n${OTHERS}` });
    assert.ok(!project.plan().changes.some(({ path }) => path === CONFIG));
  });
}

Deno.test("add adds what is missing when one function is there by a dotted key", () => {
  using project = scratchProject({ [CONFIG]: "functions.wpp-send.verify_jwt = false\n" });
  project.add();
  const { functions } = parseConfig(project.read(CONFIG));
  assert.deepEqual(Object.keys(functions ?? {}).sort(), ALL.toSorted());
});

const WRONG: [what: string, send: string, says: RegExp, after: string | undefined][] = [
  [
    "true",
    "[functions.wpp-send] # mine\nverify_jwt  =  true # why\nenabled = true\n",
    /says verify_jwt = true in \[functions\.wpp-send\].*--replace/,
    "[functions.wpp-send] # mine\nverify_jwt  =  false # why\nenabled = true\n",
  ],
  [
    "missing",
    "[functions.'wpp-send']\r\nenabled = true\r\n",
    /lacks verify_jwt = false in \[functions\.wpp-send\]/,
    "[functions.'wpp-send']\r\nverify_jwt = false\r\nenabled = true\r\n",
  ],
  [
    "true by a dotted key",
    "functions.wpp-send.verify_jwt = true\n",
    /says verify_jwt = true/,
    undefined,
  ],
];
for (const [what, send, says, after] of WRONG) {
  Deno.test(`add refuses when verify_jwt is ${what}, and changes that alone with --replace`, () => {
    using project = scratchProject({ [CONFIG]: `${send}\n${OTHERS}` });
    const before = project.all();
    assert.match(project.add().refusals[0].says, says);
    assert.deepEqual(project.all(), before);
    const { refusals } = project.add({ replace: true });
    if (after) assert.equal(project.read(CONFIG), `${after}\n${OTHERS}`);
    else assert.match(refusals[0].says, /by hand[^]*\[functions\.wpp-send\]\n *verify_jwt = false/);
  });
}

const OWN_ENTRY = '[functions.wpp-send]\nverify_jwt = false\nentrypoint = "./functions/wpp-send/';
const SEND = "[functions.wpp-send]\nverify_jwt = false\n";

Deno.test("add refuses when an entrypoint is not our index.ts, and takes its line away with --replace", () => {
  using project = scratchProject({ [CONFIG]: `${OWN_ENTRY}main.ts" # mine\n\n${OTHERS}` });
  const [refusal] = project.plan().refusals;
  assert.match(
    refusal.says,
    /entrypoint = ".+main\.ts" in \[functions\.wpp-send\]: ours would not run/,
  );
  assert.deepEqual(project.add({ replace: true }).refusals, []);
  assert.equal(project.read(CONFIG), `${SEND}\n${OTHERS}`);
});

Deno.test("add leaves an entrypoint that is our index.ts", () => {
  using project = scratchProject({ [CONFIG]: `${OWN_ENTRY}index.ts"\n\n${OTHERS}` });
  const { changes, refusals, notes } = project.plan();
  assert.deepEqual([refusals, notes], [[], []]);
  assert.ok(!changes.some(({ path }) => path === CONFIG));
});

Deno.test("add says what verify_jwt is when it is no boolean", () => {
  using project = scratchProject({
    [CONFIG]: `[functions.wpp-send]\nverify_jwt = "env(VERIFY)"\n\n${OTHERS}`,
  });
  assert.match(project.plan().refusals[0].says, /^says verify_jwt = "env\(VERIFY\)" in/);
});

Deno.test("add says what to write by hand when the functions are an inline table", () => {
  using project = scratchProject({ [CONFIG]: "functions = { hello = { verify_jwt = true } }\n" });
  const before = project.all();
  const { refusals } = project.add();
  assert.match(refusals[0].says, /by hand[^]*\[functions\.wpp-create\]/);
  assert.deepEqual(project.all(), before);
});

Deno.test("add reads past sections of others that name no path", () => {
  using project = scratchProject({
    [CONFIG]:
      `[functions.a]\nimport_map = "http://["\n\n[functions.b]\nimport_map = 3\n\n${OTHERS}`,
  });
  assert.deepEqual(project.plan().refusals, []);
  using json = scratchProject({ "supabase/config.json": '{ "functions": { "a": null } }' });
  assert.match(json.plan().refusals[0].says, /^cannot be changed/);
});

Deno.test("add refuses a config.toml that is no TOML", () => {
  using project = scratchProject({ [CONFIG]: "[functions\n" });
  assert.match(project.add().refusals[0].says, /cannot be read/);
});

Deno.test("add takes a config.json with the functions in it, and says what is missing in one without", () => {
  const functions = Object.fromEntries(ALL.map((name) => [name, { verify_jwt: false }]));
  using project = scratchProject({ "supabase/config.json": JSON.stringify({ functions }) });
  assert.deepEqual(project.add().refusals, []);
  using without = scratchProject({ "supabase/config.jsonc": '{ "a": "//", /* b */ } // c' });
  assert.match(without.add().refusals[0].says, /"wpp-send": \{ "verify_jwt": false \}/);
});

Deno.test("add looks into config.json when there is a config.toml, too, as the CLI does", () => {
  const files = { [CONFIG]: CLOSED, "supabase/config.json": "{}" };
  using project = scratchProject(files);
  assert.deepEqual(project.add().refusals.map(({ path }) => path), ["supabase/config.json"]);
});

Deno.test("editConfig gives up when a multi-line text looks like the section", () => {
  const text = 'a = """\n[functions.wpp-send]\nverify_jwt = true\n"""\n' +
    "[functions.wpp-send]\nverify_jwt = true\n";
  assert.equal(
    editConfig(text, { add: [], openDoor: ["wpp-send"], withoutMap: [], withoutEntrypoint: [] }),
    undefined,
  );
});
