/** What stands in place of a secret. */
export const REDACTED = '[REDACTED]'

const SECRET_PART = 'secret|token|passw(?:or)?d|passphrase|passwort|pwd|credential|api[-_]?key|private[-_]?key'
const HEADERS = '(?:proxy-)?authorization|(?:set-)?cookie'

/** Names, or parts of names, whose values nobody else is to see. */
const SECRET_NAME = new RegExp(`${SECRET_PART}|${HEADERS}|bearer`, 'i')
const SECRET_WORDS = new Set(['key', 'keys', 'pin', 'pass', 'auth', 'cert', 'psk', 'salt', 'hash'])

/** Rather too much than too little: who reads a bundle misses a word less than its owner misses a secret. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, REDACTED],
  // Between a scheme and the last @ before the path: name and password.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi, `$1${REDACTED}@`],
  [new RegExp(`\\b(${HEADERS})(\\\\?["']?\\s*[:=]\\s*)[^\\r\\n]*`, 'gi'), `$1$2${REDACTED}`],
  [/\b(bearer|basic|digest|negotiate)\s+[\w+/.~=-]{6,}/gi, `$1 ${REDACTED}`],
  [
    new RegExp(
      `([\\w.-]*(?:${SECRET_PART})[\\w.-]*)(\\\\?["']?(?:\\s*[:=]\\s*|\\s+))("[^"]*"|'[^']*'|[^\\s,;&}\\]"'\\\\]+)`,
      'gi',
    ),
    `$1$2${REDACTED}`,
  ],
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, REDACTED],
]

/** A text without the secrets that can be told by what stands before them. */
export function redactText(text: string): string {
  return SECRET_TEXTS.reduce((rest, [pattern, replacement]) => rest.replaceAll(pattern, replacement), text)
}

/** A JSON value without what is named like a secret, and with its texts as {@link redactText} leaves them. */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map(redactValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      redactText(name),
      isSecretName(name) && each !== null ? REDACTED : redactValue(each),
    ]),
  )
}

/** A line of the log: JSON where it is ours, text where another library wrote it. */
export function redactLine(line: string): string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return redactText(line)
  }
  return JSON.stringify(redactValue(value))
}

function isSecretName(name: string): boolean {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/)
  return SECRET_NAME.test(name) || words.some((word) => SECRET_WORDS.has(word.toLowerCase()))
}
