import nodePath from 'node:path'
import { HOST, SCHEME } from './page-origin.ts'

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.mp3', 'audio/mpeg'],
  ['.wav', 'audio/wav'],
  ['.ogg', 'audio/ogg'],
])

/** A NUL ends a path for the system; a backslash separates and a colon names a drive or a stream on Windows. */
const NEVER_IN_A_NAME = ['\0', '\\', ':']

export interface RendererFile {
  /** Absolute, and within the folder asked for. */
  readonly file: string
  /** Its media type. */
  readonly type: string
}

/**
 * Which file below `root` a request of our scheme asks for; undefined where there is none to be had: another scheme or
 * host, a path that leads out of the folder however it is written, a kind of file that the renderer does not have.
 * `path` is a parameter so that Windows' rules can be tested anywhere.
 */
export function rendererFile(
  root: string,
  url: string,
  path: nodePath.PlatformPath = nodePath,
): RendererFile | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, host, pathname } = new URL(url)
  if (protocol !== `${SCHEME}:` || host !== HOST) return undefined
  const name = decodeOnce(pathname)
  if (name === undefined || NEVER_IN_A_NAME.some((part) => name.includes(part))) return undefined
  // A folder, by its own word; resolving would take the slash away.
  if (name.endsWith('/')) return undefined
  const file = path.resolve(root, `.${name}`)
  const inside = path.relative(root, file)
  if (inside === '' || path.isAbsolute(inside) || inside.split(path.sep).some(isHidden)) return undefined
  const type = TYPES.get(path.extname(file).toLowerCase())
  return type === undefined ? undefined : { file, type }
}

/** `..` leads out of the folder, and nothing that begins with a dot is part of the renderer. */
function isHidden(segment: string): boolean {
  return segment.startsWith('.')
}

function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
