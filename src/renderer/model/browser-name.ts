/** In this order: most name others, too. */
const BROWSERS = [
  ['Electron', /Electron\//],
  ['Edge', /Edg\w*\//],
  ['Opera', /OPR\//],
  ['Firefox', /(?:Firefox|FxiOS)\//],
  ['Chrome', /(?:Chrome|CriOS)\//],
  ['Safari', /Safari\//],
] as const
const SYSTEMS = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['ChromeOS', /CrOS/],
  ['Linux', /Linux/],
] as const

/** What a browser says of itself, in brief: `Firefox · Linux`; as it is where it says nothing known. */
export function browserName(agent: string): string {
  const known = [BROWSERS, SYSTEMS].flatMap((all) => all.find(([, pattern]) => pattern.test(agent))?.[0] ?? [])
  return known.length > 0 ? known.join(' · ') : agent.slice(0, 60) || '–'
}
