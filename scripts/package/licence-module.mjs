import { pathToFileURL } from 'node:url'

const NAME = 'virtual:licences'

/**
 * Vite's plugin that gives the About page the licences of what Andon contains.
 * @param {string} file path of licences.mjs: the configuration of Vite is bundled, and would find nothing from there
 * @returns {import('vite').Plugin}
 */
export function licenceModule(file) {
  return {
    name: 'andon-licences',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    async load(id) {
      if (id !== `\0${NAME}`) return null
      const { licences } = /** @type {typeof import('./licences.mjs')} */ (await import(pathToFileURL(file).href))
      const all = licences()
      const texts = [...new Set(all.map(({ text }) => text))]
      const packages = all.map(({ text, ...each }) => ({ ...each, text: texts.indexOf(text) }))
      return `export const packages = ${JSON.stringify(packages)}\nexport const texts = ${JSON.stringify(texts)}\n`
    },
  }
}
