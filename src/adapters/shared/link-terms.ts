const FILE_NAME = /^[A-Za-z0-9._-]{1,120}$/;
const TYPE = /^[\x20-\x7e]{1,200}$/;

/** The name as a header can carry it without quotes of its own. Throws on any other. */
export function checkedFileName(name: string): string {
  if (!FILE_NAME.test(name)) throw new Error('a file name has letters, digits, dots, dashes and underscores');
  return name;
}

/** The same of a content type. */
export function checkedType(contentType: string): string {
  if (!TYPE.test(contentType)) throw new Error('a content type is visible ASCII');
  return contentType;
}
