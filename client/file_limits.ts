/** The bucket takes no more. */
export const MAX_FILE_BYTES: number = 64 * 1024 * 1024;

/** Whether WhatsApp shows files of a type as pictures, which alone have a caption. */
export function isPicture(type: string): boolean {
  return /^image\/(png|jpeg|webp)$/.test(type);
}
