/** Where in a text, both from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

// JSON allows no control characters in its texts.
// oxlint-disable-next-line no-control-regex
const TOKEN =
  // oxlint-disable-next-line no-control-regex -- JSON forbids these in its texts
  /[\s]*(?:([[\]{},:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y

type Wanted = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing'

/**
 * Where a text stops being JSON; null where it is JSON. Browsers say it in different words, or not at all.
 */
export function jsonBreak(text: string): TextPlace | null {
  const open: string[] = []
  let wanted: Wanted = 'value'
  let at = 0
  const after = (): Wanted => (open.length === 0 ? 'nothing' : 'comma or end')
  for (;;) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (!match) {
      const rest = /\S/.exec(text.slice(at))
      if (!rest && wanted === 'nothing') return null
      return placeOf(text, rest ? at + rest.index : text.trimEnd().length)
    }
    const [whole, sign, string] = match
    const token = sign ?? (string === undefined ? 'atom' : 'string')
    const next = follow(token, wanted, open, after)
    if (next === null) return placeOf(text, at + whole.length - whole.trimStart().length)
    wanted = next
    at += whole.length
  }
}

/** What is wanted after a token; null where it may not stand here. */
function follow(token: string, wanted: Wanted, open: string[], after: () => Wanted): Wanted | null {
  const value = wanted === 'value' || wanted === 'value or end'
  switch (token) {
    case '{':
      if (!value) return null
      open.push('}')
      return 'key or end'
    case '[':
      if (!value) return null
      open.push(']')
      return 'value or end'
    case '}':
    case ']': {
      const may = wanted === 'comma or end' || wanted === (token === '}' ? 'key or end' : 'value or end')
      if (!may || open.at(-1) !== token) return null
      open.pop()
      return after()
    }
    case ',':
      if (wanted !== 'comma or end') return null
      return open.at(-1) === '}' ? 'key' : 'value'
    case ':':
      return wanted === 'colon' ? 'value' : null
    case 'string':
      if (wanted === 'key' || wanted === 'key or end') return 'colon'
      return value ? after() : null
    default:
      return value ? after() : null
  }
}

function placeOf(text: string, index: number): TextPlace {
  const lines = text.slice(0, index).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
