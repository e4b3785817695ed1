import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'

/** Most values in a file with every alias spelt out, so that aliases of aliases cannot blow it up. */
const MAX_VALUES = 100_000
/** The library looks each one up in a list of all: its own limit (`maxAliasCount`) comes too late for that. */
const MAX_ALIASES = 1_000
const MAX_DEPTH = 64

/** The text is no YAML that can be used. `line` counts from 1. */
export class YamlMistake extends Error {
  override readonly name = 'YamlMistake'
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

export type Key = string | number

export interface YamlText {
  /** Plain data; null where the text says nothing. */
  readonly value: unknown
  /** The line of the value that these keys lead to, or of the nearest one around it. Counts from 1. */
  line(keys: readonly Key[]): number
}

/** Reads one YAML 1.2 document, merge keys (`<<`) included. Throws a {@link YamlMistake}. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter()
  const lineAt = (offset: number | undefined): number => lines.linePos(offset ?? 0).line
  let document: Document.Parsed
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'core',
      merge: true,
      stringKeys: true,
      resolveKnownTags: false,
      // Looked for below: here it takes time in the square of the keys.
      uniqueKeys: false,
    })
  } catch (error) {
    if (error instanceof RangeError) throw new YamlMistake(1, `It is nested deeper than ${MAX_DEPTH} levels`)
    throw error
  }
  const [broken] = [...document.errors, ...document.warnings]
  if (broken) throw new YamlMistake(lineAt(broken.pos[0]), sentence(broken.code, broken.message))

  const survey = new Survey(lineAt)
  survey.values(document.contents)
  return {
    // An alias limit of the library's own would refuse what the survey has found to be small.
    value: document.toJS({ maxAliasCount: -1 }) as unknown,
    line: (keys) => lineAt(survey.find(document.contents, keys)?.range?.[0]),
  }
}

function sentence(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'A second document starts here; only one is allowed'
  return message.replace(/\.$/, '')
}

interface Anchor {
  readonly node: Node
  /** Null while we are still inside it. */
  values: number | null
}

/** Walks a document once, in its order: refuses what is dangerous, and remembers what each alias stands for. */
class Survey {
  readonly #lineAt: (offset: number | undefined) => number
  readonly #anchors = new Map<string, Anchor>()
  readonly #targets = new Map<Node, Node>()

  constructor(lineAt: (offset: number | undefined) => number) {
    this.#lineAt = lineAt
  }

  /** How many values a node holds with its aliases spelt out. */
  values(node: Node | null, depth = 0): number {
    if (!node) return 1
    if (depth > MAX_DEPTH) this.#fail(node, `It is nested deeper than ${MAX_DEPTH} levels`)
    if (isAlias(node)) return this.#alias(node)
    const anchor: Anchor = { node, values: null }
    const name = (node as { anchor?: string }).anchor
    if (name !== undefined) this.#anchors.set(name, anchor)
    let sum = 1
    if (isMap(node)) sum += this.#pairs(node.items as Pair<Node, Node | null>[], depth)
    else if (isSeq(node)) for (const item of node.items) sum += this.values(item as Node, depth + 1)
    if (sum > MAX_VALUES) this.#fail(node, `It holds more than ${MAX_VALUES} values`)
    anchor.values = sum
    return sum
  }

  /** The node that keys lead to: the key of a map's entry, or an item. As far as the keys lead. */
  find(root: Node | null, keys: readonly Key[]): Node | null {
    let found = root
    let inside = root
    for (const key of keys) {
      const step = this.#step(inside, key)
      if (!step) break
      found = step.found
      inside = step.inside
    }
    return found
  }

  #pairs(pairs: readonly Pair<Node, Node | null>[], depth: number): number {
    const seen = new Map<string, Node>()
    let sum = 0
    for (const pair of pairs) {
      const key = keyOf(pair)
      // Data that carries it is one careless copy away from another prototype.
      if (key === '__proto__') this.#fail(pair.key, '"__proto__" cannot be used as a name')
      const before = seen.get(key)
      if (before) this.#fail(pair.key, `"${key}" stands here twice, first in line ${this.#line(before)}`)
      seen.set(key, pair.key)
      sum += this.values(pair.value, depth + 1)
      if (isMerge(pair)) this.#merged(pair)
    }
    return sum
  }

  #alias(alias: Node & { source: string }): number {
    const anchor = this.#anchors.get(alias.source)
    if (!anchor) this.#fail(alias, `There is no anchor &${alias.source} before this alias`)
    if (anchor.values === null) this.#fail(alias, `The alias *${alias.source} would hold itself`)
    if (this.#targets.size >= MAX_ALIASES) this.#fail(alias, `There are more than ${MAX_ALIASES} aliases`)
    this.#targets.set(alias, anchor.node)
    return anchor.values
  }

  #merged(pair: Pair<Node, Node | null>): Node[] {
    const value = this.#real(pair.value)
    const sources = isSeq(value) ? value.items.map((item) => this.#real(item as Node)) : [value]
    return sources.map((source) =>
      isMap(source) ? source : this.#fail(pair.key, '"<<" takes only a map or an alias of one'),
    )
  }

  #step(node: Node | null, key: Key): { readonly found: Node; readonly inside: Node | null } | null {
    const real = this.#real(node)
    if (isSeq(real)) {
      const item = typeof key === 'number' ? (real.items[key] as Node | undefined) : undefined
      return item ? { found: item, inside: item } : null
    }
    if (!isMap(real)) return null
    const pairs = real.items as Pair<Node, Node | null>[]
    const pair = pairs.find((each) => keyOf(each) === key && !isMerge(each))
    if (pair) return { found: pair.key, inside: pair.value }
    for (const source of pairs.filter(isMerge).flatMap((each) => this.#merged(each))) {
      const step = this.#step(source, key)
      if (step) return step
    }
    return null
  }

  #real(node: Node | null): Node | null {
    return node ? (this.#targets.get(node) ?? node) : null
  }

  #line(node: Node): number {
    return this.#lineAt(node.range?.[0])
  }

  #fail(node: Node, message: string): never {
    throw new YamlMistake(this.#line(node), message)
  }
}

/** Keys are strings: the parser refuses others. */
function keyOf(pair: Pair<Node, Node | null>): string {
  return isScalar(pair.key) ? String(pair.key.value) : ''
}

/** As the library sees it: `<<` without quotes. */
function isMerge(pair: Pair<Node, Node | null>): boolean {
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<'
}
