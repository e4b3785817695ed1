// For tools that do not read .vue files (the type-aware lint); vue-tsc uses the real ones.
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent
  export default component
}
