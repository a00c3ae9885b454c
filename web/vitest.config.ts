import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*/test/**/*.test.ts"],
    setupFiles: ["storefront/test/browser.ts"],
    unstubGlobals: true,
    restoreMocks: true,
  },
});
