import { h } from "./dom.ts";
import { t } from "./language.ts";
import { charactersOf, MAX_CHARACTERS } from "./message_length.ts";

/** A control with its hint, and a place to complain about what was typed. */
export function field<C extends HTMLInputElement | HTMLTextAreaElement>(
  id: string,
  control: C,
  hint: string,
) {
  const complaint = h("p", { id: `${id}-error`, class: "complaint" });
  const hintLine = h("p", { id: `${id}-hint`, class: "hint" }, hint);
  control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const isWrong = () => control.getAttribute("aria-invalid") === "true";
  const complain = (text: string) => {
    complaint.textContent = text;
    control.setAttribute("aria-invalid", String(text !== ""));
  };
  const element = h("div", {}, control, hintLine, complaint);
  return { element, control, hint: hintLine, isWrong, complain };
}

/** The complaint about a message that need not be sent to be refused. */
export function textProblem(text: string): string {
  if (text.trim() === "") return t().textEmpty;
  const length = charactersOf(text);
  return length > MAX_CHARACTERS ? t().textTooLong(length, MAX_CHARACTERS) : "";
}

/** A field for a message, which counts its characters. `onText` is called with each change. */
export function textField(id: string, rows: number, value: string, onText: (text: string) => void) {
  const text = field(id, h("textarea", { id, rows, dir: "auto" }), "");
  const { control, hint } = text;
  control.value = value;
  const count = () => {
    const length = charactersOf(control.value);
    hint.textContent = t().textLength(length, MAX_CHARACTERS);
    hint.classList.toggle("over", length > MAX_CHARACTERS);
  };
  control.oninput = () => {
    onText(control.value);
    text.complain(text.isWrong() ? textProblem(control.value) : "");
    count();
  };
  count();
  const set = (value: string) => {
    control.value = value;
    onText(value);
    count();
  };
  return { ...text, set };
}
