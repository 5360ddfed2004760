/** A send's key, and whether a request went out under it before. */
export interface SendAttempt {
  key: string;
  isRepeated: boolean;
}
