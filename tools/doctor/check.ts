import type { Project } from "./project.ts";

/**
 * `warned`: it works, and an operator should know that it is not safe, or not known to be.
 * `skipped`: it could not be checked. The message says why.
 */
export type State = "passed" | "failed" | "warned" | "skipped";

/** The result of one check, as it is printed. */
export interface Finding {
  /** For programs: it does not change. */
  name: string;
  /** For people: what is true when the check passes. */
  title: string;
  state: State;
  /** What was seen; on failure also what to do. */
  message: string;
}

/** Checks one thing. Whatever a broken project does, it reports and does not throw. */
export interface Check {
  name: string;
  title: string;
  /** Names of checks that must pass first: else this one would only report the same trouble. */
  needs: string[];
  run(project: Project): Promise<Outcome>;
}

export type Outcome = Pick<Finding, "state" | "message">;

export function passed(message = ""): Outcome {
  return { state: "passed", message };
}

export function failed(message: string): Outcome {
  return { state: "failed", message };
}

export function warned(message: string): Outcome {
  return { state: "warned", message };
}

export function skipped(message: string): Outcome {
  return { state: "skipped", message };
}

/** Failed, with all of the messages; passed where there is none but undefined. */
export function failedIfAny(messages: (string | undefined)[], whenNone = ""): Outcome {
  const problems = [...new Set(messages.filter((message) => message !== undefined))];
  return problems.length > 0 ? failed(problems.join(" ")) : passed(whenNone);
}

/** Of several outcomes, the first of these is the whole one. */
const ORDER: State[] = ["failed", "warned", "passed", "skipped"];

/** One outcome of several: their problems alone, where there are any. */
export function sum(outcomes: Outcome[]): Outcome {
  const state = ORDER.find((one) => outcomes.some((outcome) => outcome.state === one))!;
  const problems = outcomes.filter((one) => one.state === "failed" || one.state === "warned");
  const shown = (problems.length > 0 ? problems : outcomes).map(({ message }) => message);
  return { state, message: [...new Set(shown)].filter(Boolean).join(" ") };
}
