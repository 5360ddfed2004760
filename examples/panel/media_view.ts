import type { InboxMessage, WppClient } from "../../client/wpp_client.ts";
import { kindName } from "./chat_words.ts";
import { type Child, h } from "./dom.ts";
import { fileSize } from "./file_size.ts";
import { fileIcon } from "./icons.ts";
import { t } from "./language.ts";
import { MediaLink } from "./media_link.ts";
import { showsAs } from "./media_shape.ts";
import { whenNear } from "./near.ts";

/** What a message holds besides text: a picture, a player, a file, or in words what became of it. */
export class MediaView {
  readonly element = h("div", { class: "media" });
  readonly #wpp: WppClient;
  #shown = "";

  constructor(wpp: WppClient) {
    this.#wpp = wpp;
  }

  /** Leaves what plays alone unless it is another file. */
  update(message: InboxMessage): void {
    const { kind, media, deleted_at, progress } = message;
    const shown = JSON.stringify([kind, media, deleted_at !== null, progress !== undefined]);
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.element.hidden = kind === "text" || deleted_at !== null;
      this.element.replaceChildren(...(this.element.hidden ? [] : this.#content(message)));
    }
    if (progress !== undefined) this.#showProgress(progress);
  }

  #content(message: InboxMessage): HTMLElement[] {
    const { kind, media, optimistic } = message;
    if (!media) return [h("p", { class: "kind" }, h("strong", {}, kindName(kind)))];
    if (media.state === "failed") {
      const why = t().mediaFailures[media.reason ?? ""] ?? t().mediaFailed;
      return [file(message, h("span", { class: "why failed" }, why))];
    }
    if (optimistic && media.state === "pending") return [file(message, ...progressLine())];
    if (media.state === "pending") return [file(message, h("span", {}, t().mediaComing))];
    return [this.#stored(message)];
  }

  #stored(message: InboxMessage): HTMLElement {
    const link = new MediaLink(this.#wpp, message);
    const shape = showsAs(message);
    if (shape === "file") return download(message, link);
    const box = h("div", { class: `box ${shape}` });
    const load = async () => {
      const url = await link.get();
      if (!url) return box.replaceChildren(notLoaded(url === null, load));
      const shown = { picture, sticker, audio, video }[shape](message, url);
      // A link ends after an hour: what was shown before gets another one once.
      shown.addEventListener("error", async () => {
        const again = await link.get();
        if (again && again !== url) return load();
        box.replaceChildren(notLoaded(false, load), download(message, link));
      }, { capture: true });
      box.replaceChildren(shown);
    };
    whenNear(box, load);
    return box;
  }

  #showProgress(progress: number): void {
    const percent = Math.round(progress * 100);
    const [bar, words] = this.element.querySelectorAll<HTMLElement>("progress, .percent");
    if (!bar || !words) return;
    (bar as HTMLProgressElement).value = percent;
    words.textContent = percent < 100 ? t().uploading(percent) : t().sending;
  }
}

function nameOf({ kind, media }: InboxMessage): string {
  return [kindName(kind), media?.filename].filter(Boolean).join(": ");
}

/** The whole picture opens by itself. */
function picture(message: InboxMessage, url: string): HTMLElement {
  const image = h("img", { src: url, alt: nameOf(message), decoding: "async" });
  const label = t().openPicture(nameOf(message));
  const opens = { href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": label };
  return h("a", opens, image);
}

function sticker(message: InboxMessage, url: string): HTMLElement {
  return h("img", { src: url, alt: nameOf(message), decoding: "async" });
}

function audio(message: InboxMessage, url: string): HTMLElement {
  const options = { controls: true, preload: "metadata", "aria-label": nameOf(message) };
  return h("audio", { ...options, src: url });
}

function video(message: InboxMessage, url: string): HTMLElement {
  const options = { controls: true, preload: "metadata", playsinline: true };
  return h("video", { ...options, src: url, "aria-label": nameOf(message) });
}

/** A name and a size, and what is to be said of the file. */
function file(message: InboxMessage, ...said: Child[]): HTMLElement {
  const { kind, media } = message;
  const { filename, size } = media!;
  const name = kind === "document" ? filename ?? t().unnamedFile : filename ?? kindName(kind);
  return h(
    "div",
    { class: "file" },
    fileIcon(),
    h(
      "div",
      {},
      h("strong", { class: "filename", dir: "auto" }, name),
      size !== undefined && h("span", { class: "size" }, fileSize(size)),
      ...said,
    ),
  );
}

function download(message: InboxMessage, link: MediaLink): HTMLElement {
  const name = message.media!.filename ?? t().unnamedFile;
  const outcome = h("span", { role: "status", class: "why failed" });
  const onclick = async () => {
    outcome.textContent = "";
    if (!await link.save(name)) outcome.textContent = t().mediaNotLoaded;
  };
  const label = `${t().download}: ${name}`;
  const attributes = { type: "button", class: "small", "aria-label": label, onclick };
  return file(message, h("button", attributes, t().download), outcome);
}

function progressLine(): Child[] {
  return [
    h("progress", { max: 100, value: 0, "aria-label": t().uploadProgress }),
    h("span", { class: "percent" }, t().uploading(0)),
  ];
}

function notLoaded(isGone: boolean, load: () => void): HTMLElement {
  if (isGone) return h("p", { class: "why failed" }, t().mediaGone);
  const button = h("button", { type: "button", class: "small", onclick: load }, t().loadAgain);
  return h(
    "div",
    { class: "not-loaded" },
    h("p", { class: "why failed" }, t().mediaNotLoaded),
    button,
  );
}
