import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './app.vue'
import { i18n } from './i18n/index.ts'
import { showPageFault } from './page-fault.ts'
import { router } from './router.ts'
import './styles/tokens.css'
import './styles/base.css'

const app = createApp(App)
app.config.errorHandler = (error) => {
  reportError(error)
  showPageFault()
}
app.use(createPinia()).use(i18n).use(router).mount('#app')
