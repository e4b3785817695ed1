const NOT_ASCII = /[\u007f-\uffff]/g

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON as Python's `json.dumps` writes it with its defaults: everything that is not printable ASCII as `\uXXXX`. */
export function pythonJson(value: unknown): string {
  return JSON.stringify(value).replace(NOT_ASCII, escaped)
}
