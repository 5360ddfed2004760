import type { SendFileOptions } from "../../client/wpp_client.ts";
import { FakeXhr } from "./fake_xhr.ts";
import { createdAnswer, json, type Reply, Script } from "./script.ts";

export const SENT = json(202, {
  ...createdAnswer(),
  ...{ messageId: "m1", chatId: "c1", taskId: "t1", to: "+79991112233", status: "accepted" },
});
/** Storage's answer with a link to upload to. */
export const UPLOAD_LINK = json(200, { url: "/object/upload/sign/messenger-media/x?token=secret" });

/** What is asked for to upload cat.png. */
export const UPLOAD = ["messenger_changes_since", "cat.png"];

/** A script in which a file can be sent: the test answers the upload by `xhr`. */
export class FileScript extends Script {
  readonly #xhr = FakeXhr.install();

  constructor() {
    super();
    const changes = { change: 1, chats: [], messages: [], more: false, topic: "messenger:shop" };
    this.answers.messenger_changes_since = [json(200, changes)];
    this.answers["wpp-send"] = [SENT];
    this.answers["cat.png"] = [UPLOAD_LINK];
  }

  /** The names of the requests that went out, but for the uploads themselves. */
  get asked(): string[] {
    return this.sent.map(({ name }) => name);
  }

  get uploads(): FakeXhr[] {
    return FakeXhr.made;
  }

  /** Begins to send, and goes on until the upload runs; what comes of it is in `outcome`. */
  async begin(file: File, options: SendFileOptions = { to: "+79991112233" }) {
    const outcome: { output?: object; error?: unknown } = {};
    const sending = this.wpp.sendFile(file, options)
      .then((output) => outcome.output = output, (error) => outcome.error = error);
    await this.pass(0);
    return { outcome, sending };
  }

  /** Answers the upload that runs, and all that comes after it. */
  async upload(status = 200, body: object = {}): Promise<void> {
    FakeXhr.made.at(-1)!.answer(status, body);
    await this.pass(0);
  }

  override [Symbol.dispose](): void {
    this.#xhr[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

export function picture(name = "cat.png"): File {
  return new File(["cat"], name, { type: "image/png" });
}

/** Storage's answer with a link for each path that was asked for, but for those that are named. */
export function links(script: Script, missing: readonly string[] = []): Reply {
  return () => {
    const paths = script.sent.at(-1)!.body.paths as string[];
    return Response.json(paths.map((path) => ({
      path,
      error: missing.includes(path) ? "Either the object does not exist" : null,
      signedURL: missing.includes(path) ? null : `/object/sign/messenger-media/${path}?token=t`,
    })));
  };
}
