/** Pictures and files that are sent through the simulator. */
import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { control, CONTROLS } from "../../local/simulator/control.ts";
import { SAMPLES } from "../../local/simulator/samples.ts";
import { connected } from "../support/simulated_webhook.ts";
import { json, post } from "../support/simulated.ts";

const { bytes } = SAMPLES.image;
const URL_OF_PHOTO = "https://project.test/storage/v1/object/sign/a/photo.jpg?token=secret";
const TO = "79991112233";

/** A connected session whose files are answered by `files`, and its calls. */
async function world(files: (url: string, init: RequestInit) => Response | Promise<Response>) {
  const asked: string[] = [];
  const all = await connected();
  const { simulator, account, webhook } = all;
  simulator.settings.fetch = async (url, init) => {
    if (init.method === "POST") return await webhook.fetch(url, init);
    asked.push(url);
    return await files(url, init);
  };
  const headers = { authorization: `Bearer ${account.token}` };
  const send = (type: string, fields: object) =>
    post(
      simulator,
      `/api/messages/${type}`,
      { type, account: account.session, to: TO, ...fields },
      {
        "idempotency-key": "k",
        ...headers,
      },
    );
  return { ...all, asked, send };
}

const photo = () => new Response(bytes, { headers: { "content-type": "image/jpeg; q=1" } });

Deno.test("simulator fetches a picture and keeps it with its caption", async () => {
  const { simulator, send, asked, session, webhook } = await world(photo);
  const answer = await json(send("image", { url: URL_OF_PHOTO, caption: "Look" }));
  const [message] = simulator.messages;
  assert.deepEqual(answer, { success: true, taskId: message.taskId, status: "queued" });
  assert.deepEqual([message.session, message.to, message.text], [session, TO, "Look"]);
  assert.equal(message.idempotencyKey, "k");
  const media = { url: URL_OF_PHOTO, bytes, mimetype: "image/jpeg", filename: "photo.jpg" };
  assert.deepEqual(message.media, media);
  assert.deepEqual(asked, [URL_OF_PHOTO]);
  await simulator.settled();
  assert.deepEqual(webhook.types, [
    "message.sent",
    "delivery sent",
    "delivery delivered",
    "delivery read",
  ]);
});

Deno.test("simulator keeps a file under the name that the call gives", async () => {
  const { simulator, send } = await world(() => new Response(SAMPLES.document.bytes));
  await json(send("file", { url: URL_OF_PHOTO, filename: "Счёт.pdf" }));
  const { media, text } = simulator.messages[0];
  assert.deepEqual([media?.filename, media?.mimetype, text], ["Счёт.pdf", "", ""]);
  assert.deepEqual(media?.bytes, SAMPLES.document.bytes);
});

Deno.test("simulator refuses a picture or a file when a field is not as the platform takes it", async () => {
  const { simulator, send, asked } = await world(photo);
  const url = URL_OF_PHOTO;
  for (
    const [type, fields, problem] of [
      ["image", {}, /url/],
      ["image", { url: "data:image/png;base64,AA==" }, /url/],
      ["image", { url: "photo.jpg" }, /url/],
      ["image", { url, to: "+79991112233" }, /digits/],
      ["image", { url, type: "file" }, /type must be image/],
      ["image", { url, caption: 1 }, /caption/],
      ["file", { url }, /filename/],
      ["file", { url, filename: "" }, /filename/],
    ] as const
  ) assert.match((await json(send(type, fields), 400)).error, problem);
  simulator.disconnect(simulator.clients[0].session);
  await json(send("image", { url }), 409);
  assert.deepEqual([asked, simulator.messages], [[], []]);
});

Deno.test("simulator says that it failed when it cannot fetch the file", async (t) => {
  const endless = () =>
    new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) });
  const answers: Record<string, () => Response | Promise<Response>> = {
    "the link expired": () => Response.json({ error: "InvalidJWT" }, { status: 400 }),
    "nobody answers": () => Promise.reject(new Error("unreachable")),
    "it has no end": () => new Response(endless()),
  };
  for (const [name, answer] of Object.entries(answers)) {
    await t.step(name, async () => {
      const { simulator, send } = await world(answer);
      const failure = await json(send("image", { url: URL_OF_PHOTO }));
      assert.deepEqual([failure.status, "id" in failure, "taskId" in failure], [
        ...["error", false, false],
      ]);
      assert.doesNotMatch(JSON.stringify(failure), /secret/);
      assert.deepEqual(simulator.messages, []);
    });
  }
});

Deno.test("simulator gives a file up when it takes too long", async () => {
  const { simulator, send } = await world((_, { signal }) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)))
  );
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const failed = json(send("file", { url: URL_OF_PHOTO, filename: "a.pdf" }));
    await clock.tickAsync(simulator.settings.mediaTimeout * 1000);
    assert.equal((await failed).status, "error");
  } finally {
    clock.uninstall();
  }
});

Deno.test("state shows of media neither the bytes nor the link", async () => {
  const { simulator, send } = await world(photo);
  await json(send("image", { url: URL_OF_PHOTO }));
  assert.ok(Object.hasOwn(CONTROLS, "GET /simulator/state"));
  const text = await (await control(new Request("https://wpp.test/simulator/state"), simulator))
    .text();
  const [{ media }] = JSON.parse(text).messages;
  assert.deepEqual(media, { mimetype: "image/jpeg", filename: "photo.jpg", size: bytes.length });
  assert.doesNotMatch(text, /secret/);
});
