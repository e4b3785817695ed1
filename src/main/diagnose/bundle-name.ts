/** Name of a file with diagnostics: by the second, so that none takes another's place. */
export function bundleName(now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  return `andon-diagnostics-${stamp}.zip`
}
