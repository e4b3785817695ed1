import type { ReadStream } from 'node:tty'

/** Longest line that is taken for a password. */
const MOST = 4_096

/** Reads a line from standard input, where a person types it without showing it. */
export async function readSecret(prompt: string, input: ReadStream = process.stdin): Promise<string> {
  const typed = input.isTTY
  if (typed) {
    process.stderr.write(prompt)
    input.setRawMode(true)
  }
  input.setEncoding('utf8')
  let text = ''
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      for (const letter of chunk) {
        if (letter === '\n' || letter === '\r' || letter === '\u0004') return text
        // Ctrl-C: in raw mode nobody else minds it.
        if (letter === '\u0003') return ''
        if (letter === '\u007F' || letter === '\b') text = Array.from(text).slice(0, -1).join('')
        else if (text.length < MOST) text += letter
      }
    }
    return text
  } finally {
    if (typed) {
      input.setRawMode(false)
      process.stderr.write('\n')
    }
    input.destroy()
  }
}
