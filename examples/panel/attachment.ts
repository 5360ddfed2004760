import { h, notice } from "./dom.ts";
import { fileSize } from "./file_size.ts";
import { clipIcon, fileIcon } from "./icons.ts";
import { t } from "./language.ts";
import { OutgoingFile } from "./outgoing_file.ts";

interface AttachmentOptions {
  chatId: string;
  /** What was attached, by chat. */
  files: Map<string, OutgoingFile>;
  /** A file was attached or removed: the focus goes to where one writes. */
  onChange(): void;
  /** Says something about that. */
  say(child: HTMLElement): void;
}

/** The file that goes out with the next message: chosen by a button, dropped or pasted. */
export class Attachment {
  /** What is attached, and how its upload goes on. */
  readonly element = h("div", { class: "attachment", role: "group" });
  /** Chooses a file. */
  readonly button: HTMLElement;
  readonly #options: AttachmentOptions;
  readonly #input = h("input", { type: "file", hidden: true, onchange: () => this.#choose() });
  readonly #bar = h("progress", { max: 100, value: 0 });
  readonly #percent = h("span", { class: "percent" });
  readonly #action = h("button", { type: "button", class: "small", onclick: () => this.#act() });

  constructor(options: AttachmentOptions) {
    this.#options = options;
    const onclick = () => this.#input.click();
    const label = { "aria-label": t().attach, title: t().attach };
    this.button = h(
      "span",
      { class: "attach" },
      h("button", { type: "button", onclick, ...label }, clipIcon()),
      this.#input,
    );
    this.#draw();
  }

  get file(): OutgoingFile | undefined {
    return this.#options.files.get(this.#options.chatId);
  }

  /** Takes files that were dropped or pasted there, too. */
  listen(dropArea: HTMLElement, control: HTMLElement): void {
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files");
    const mark = (isOver: boolean) => dropArea.classList.toggle("dropping", isOver);
    dropArea.dataset.drop = t().dropHere;
    dropArea.ondragover = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      mark(true);
    };
    dropArea.ondragleave = (event) => {
      if (!dropArea.contains(event.relatedTarget as Node | null)) mark(false);
    };
    dropArea.ondrop = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      mark(false);
      this.#take(event.dataTransfer!.files);
    };
    control.addEventListener("paste", (event) => {
      const { clipboardData: data } = event as ClipboardEvent;
      // A text editor gives its text as a picture, too.
      if (!data?.files.length || data.types.includes("text/plain")) return;
      event.preventDefault();
      this.#take(data.files);
    });
  }

  /** It was sent, or is not to be. */
  remove(): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.file?.release();
    this.#options.files.delete(this.#options.chatId);
    this.#draw();
    if (hadFocus) this.#options.onChange();
  }

  #choose(): void {
    if (this.#input.files?.length) this.#take(this.#input.files);
    this.#input.value = ""; // so that the same file can be chosen again
  }

  #take(files: FileList): void {
    if (this.file?.isSending) return;
    const { say, onChange } = this.#options;
    const outgoing = new OutgoingFile(files[0]!);
    if (outgoing.problem) {
      const { empty, tooLarge } = { empty: t().fileEmpty, tooLarge: t().fileTooLarge };
      return say(notice("error", { empty, tooLarge }[outgoing.problem]));
    }
    this.file?.release();
    this.#options.files.set(this.#options.chatId, outgoing);
    this.#draw();
    say(
      files.length > 1
        ? notice("warning", t().oneFile)
        : spoken(`${t().attached(outgoing.file.name)}. ${hintOf(outgoing)}`),
    );
    onChange();
  }

  #act(): void {
    const { file } = this;
    if (file?.progress === 1) return; // it is being handed over, and nothing can stop it
    if (file?.isSending) return file.cancel();
    this.remove();
    this.#options.say(spoken(t().fileRemoved));
    this.#options.onChange();
  }

  #draw(): void {
    const { file: outgoing } = this;
    this.element.hidden = !outgoing;
    if (!outgoing) return this.element.replaceChildren();
    const { file, preview } = outgoing;
    this.element.setAttribute("aria-label", t().attachedFile);
    this.element.replaceChildren(
      preview ? h("img", { src: preview, alt: "" }) : fileIcon(),
      h(
        "div",
        { class: "about" },
        h("strong", { class: "filename", dir: "auto" }, file.name || t().unnamedFile),
        h("span", { class: "size" }, fileSize(file.size)),
        h("span", { class: "hint" }, hintOf(outgoing)),
        this.#bar,
        this.#percent,
      ),
      this.#action,
    );
    outgoing.onProgress = () => this.#drawProgress(outgoing);
    this.#drawProgress(outgoing);
  }

  #drawProgress({ progress }: OutgoingFile): void {
    const percent = Math.round((progress ?? 0) * 100);
    this.element.classList.toggle("sending", progress !== undefined);
    this.#bar.value = percent;
    this.#bar.setAttribute("aria-label", t().uploadProgress);
    this.#percent.textContent = percent < 100 ? t().uploading(percent) : t().sending;
    this.#action.ariaDisabled = percent === 100 ? "true" : null;
    this.#action.textContent = progress === undefined ? t().removeFile : t().cancelUpload;
  }
}

function hintOf({ isPicture }: OutgoingFile): string {
  return isPicture ? t().captionHint : t().noCaptionHint;
}

function spoken(words: string): HTMLElement {
  return h("span", { class: "spoken" }, words);
}
