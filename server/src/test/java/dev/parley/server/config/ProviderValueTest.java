package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderValueTest {
  @Test
  void valuesTellWhereTheyAreFromAndCredentialsOnlyTheirVariable(@TempDir Path folder)
      throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("parley.conf"),
            """
            provider.azure.base-url = https://us.example.com
            provider.azure.key = env:MY_KEY
            provider.azure.api-version = 2024-10-21
            provider.local.kind = compatible
            provider.local.base-url = http://127.0.0.1:11434
            provider.local.key = sk-literal
            """);
    Settings settings =
        Settings.gather(file, Map.of("MY_KEY", "sk-mine", "ANTHROPIC_API_KEY", "sk-ant"), Map.of());
    String origin = "file " + file;
    assertThat(settings.providerValues())
        .containsExactly(
            new ProviderValue(
                "provider.anthropic.base-url", "https://api.anthropic.com", "default"),
            new ProviderValue(
                "provider.anthropic.key", "env:ANTHROPIC_API_KEY", "environment ANTHROPIC_API_KEY"),
            new ProviderValue("provider.anthropic.kind", "anthropic", "default"),
            new ProviderValue("provider.azure.api-version", "2024-10-21", origin),
            new ProviderValue("provider.azure.base-url", "https://us.example.com", origin),
            new ProviderValue("provider.azure.key", "env:MY_KEY", origin),
            new ProviderValue("provider.azure.kind", "azure", "default"),
            new ProviderValue("provider.local.base-url", "http://127.0.0.1:11434", origin),
            new ProviderValue("provider.local.key", null, origin),
            new ProviderValue("provider.local.kind", "compatible", origin),
            new ProviderValue("provider.simulated.kind", "simulated", "default"));
  }
}
