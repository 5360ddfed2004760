import type { Project } from "./project.ts";

/** `skipped`: could not be known; the message says why. */
export type State = "passed" | "failed" | "skipped";

/** What one check found. */
export interface Finding {
  /** Stable, for machines. */
  name: string;
  /** What is well when it passes, for people. */
  title: string;
  state: State;
  /** What was seen; on failure also what to do. */
  message: string;
}

/** Looks at one thing. It never throws for what a broken project may do. */
export interface Check {
  name: string;
  title: string;
  /** Checks without whose passing this one would only repeat their trouble. */
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

export function skipped(message: string): Outcome {
  return { state: "skipped", message };
}

/** Failed with the messages of those that have one; passed when none has. */
export function failedIfAny(messages: (string | undefined)[], whenNone = ""): Outcome {
  const problems = [...new Set(messages.filter((message) => message !== undefined))];
  return problems.length > 0 ? failed(problems.join(" ")) : passed(whenNone);
}
