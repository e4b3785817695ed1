import { posix } from 'node:path'
import ts from 'typescript'
import { parse } from 'vue/compiler-sfc'

/** Paths from the repository's root, with slashes, and what the files hold. */
export type Sources = ReadonlyMap<string, string>

export interface Import {
  readonly specifier: string
  /** Gone when the code runs. */
  readonly typeOnly: boolean
}

interface Room {
  readonly name: string
  /** Rooms that it may import, itself apart. */
  readonly rooms: readonly string[]
  /** True where it may import this package or Node module. */
  readonly packages: (name: string, file: string) => boolean
}

const CORE_MODULES = new Set(['typebox', 'node:buffer', 'node:crypto'])

/** Files that may know Electron. */
export const mayKnowElectron = (file: string): boolean =>
  file.startsWith('src/main/electron/') || file === 'src/main/index.ts' || file.startsWith('src/preload/')

/** The table in design.md: who may import whom. */
const ROOMS: readonly Room[] = [
  { name: 'shared', rooms: [], packages: (name) => name === 'typebox' },
  { name: 'core', rooms: ['shared'], packages: (name) => CORE_MODULES.has(name) },
  { name: 'client', rooms: ['shared'], packages: (name) => name === 'typebox' },
  { name: 'main', rooms: ['core', 'shared'], packages: (name, file) => name !== 'electron' || mayKnowElectron(file) },
  { name: 'preload', rooms: ['shared'], packages: (name) => name === 'electron' },
  {
    name: 'renderer',
    rooms: ['client', 'shared'],
    packages: (name) =>
      !name.startsWith('node:') && !['electron', 'ws', 'fastify', 'pino', 'unix-dgram'].includes(name),
  },
  { name: 'demo', rooms: ['shared'], packages: (name) => name.startsWith('node:') },
]

/** What a file imports: import, export … from, import(), require() with a text, in a .vue file in its scripts. */
export function importsOf(path: string, text: string): Import[] {
  const imports: Import[] = []
  const add = (node: ts.Expression | undefined, typeOnly: boolean): void => {
    if (node && ts.isStringLiteralLike(node)) imports.push({ specifier: node.text, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, onlyTypes(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node)) {
      if (ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
        add(node.argument.literal, true)
      }
    } else if (ts.isCallExpression(node)) {
      const { expression } = node
      const imported = expression.kind === ts.SyntaxKind.ImportKeyword
      const required = ts.isIdentifier(expression) && expression.text === 'require'
      if (imported || required) add(node.arguments[0], false)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, codeOf(path, text), ts.ScriptTarget.Latest, true))
  return imports
}

function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const named = clause.namedBindings
  if (clause.name || !named || !ts.isNamedImports(named) || named.elements.length === 0) return false
  return named.elements.every((element) => element.isTypeOnly)
}

function codeOf(path: string, text: string): string {
  if (!path.endsWith('.vue')) return text
  const { script, scriptSetup } = parse(text).descriptor
  return [script?.content, scriptSetup?.content].filter(Boolean).join('\n')
}

/** Every arrow that the house does not allow, as a sentence. */
export function forbiddenArrows(sources: Sources): string[] {
  const found: string[] = []
  for (const [file, text] of sources) {
    const room = ROOMS.find(({ name }) => file.startsWith(`src/${name}/`))
    if (!room) {
      found.push(`${file} is in no room of the house`)
      continue
    }
    for (const { specifier } of importsOf(file, text)) {
      const why = whyForbidden(room, file, specifier)
      if (why) found.push(`${file} imports ${specifier}: ${why}`)
    }
  }
  return found
}

function whyForbidden(room: Room, file: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) {
    return room.packages(packageName(specifier), file) ? null : `${room.name} may not know that package`
  }
  const target = targetOf(file, specifier)
  if (target === 'package.json') return room.name === 'main' ? null : 'only main reads package.json'
  if (target.startsWith(`src/${room.name}/`)) return null
  const other = room.rooms.some((name) => target.startsWith(`src/${name}/`))
  if (!other) return `${room.name} may import only ${[room.name, ...room.rooms].join(', ')}`
  return room.name === 'preload' && target !== 'src/shared/bridge.ts' ? 'preload may import only shared/bridge' : null
}

function packageName(specifier: string): string {
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Vite's suffixes (`?worker`, `?raw`) are no part of the path. */
function targetOf(file: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(file), specifier.split('?')[0] ?? ''))
}

/** Circles of imports that are there when the code runs, each as `a → b → a`. */
export function circles(sources: Sources): string[] {
  const graph = new Map<string, string[]>()
  for (const [file, text] of sources) {
    const targets = importsOf(file, text)
      .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
      .map(({ specifier }) => targetOf(file, specifier))
      .filter((target) => sources.has(target))
    graph.set(file, targets)
  }
  const found = new Set<string>()
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) {
      found.add([...path.slice(at), file].join(' → '))
      return
    }
    if (done.has(file)) return
    for (const target of graph.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) walk(file, [])
  return [...found]
}

const BROWSER_NAMES = new Set(['window', 'document', 'localStorage', 'sessionStorage', 'navigator'])

/** Uses of the browser's globals, as `file: name`. */
export function browserGlobals(sources: Sources): string[] {
  const found = new Set<string>()
  for (const [file, text] of sources) {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && BROWSER_NAMES.has(node.text)) {
        const { parent } = node
        const isProperty =
          (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
          (ts.isPropertyAssignment(parent) && parent.name === node) ||
          ts.isPropertySignature(parent)
        if (!isProperty) found.add(`${file}: ${node.text}`)
      }
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
  }
  return [...found]
}
