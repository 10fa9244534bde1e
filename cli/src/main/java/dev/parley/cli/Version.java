package dev.parley.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/// What `parley --version` prints: the release, the commit it was built from and the Java it runs
/// on. The first two come from the jar's manifest; classes outside a jar have neither.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    Attributes manifest = manifest();
    String release = manifest.getValue(Attributes.Name.IMPLEMENTATION_VERSION);
    String commit = manifest.getValue("Implementation-Commit");
    return new String[] {
      "parley %s (%s)".formatted(orElse(release, "unreleased"), orElse(commit, "unknown commit")),
      "java %s, %s".formatted(Runtime.version(), System.getProperty("java.vendor")),
      "%s %s, %s"
          .formatted(
              System.getProperty("os.name"),
              System.getProperty("os.version"),
              System.getProperty("os.arch"))
    };
  }

  /// The release alone.
  static String release() {
    try {
      return orElse(manifest().getValue(Attributes.Name.IMPLEMENTATION_VERSION), "unreleased");
    } catch (IOException e) {
      return "unreleased";
    }
  }

  private static Attributes manifest() throws IOException {
    URL here = Version.class.getResource("Version.class");
    if (here == null || !here.getProtocol().equals("jar")) {
      return new Attributes();
    }
    String jar = here.toString().substring(0, here.toString().indexOf("!/"));
    try (InputStream manifest = URI.create(jar + "!/META-INF/MANIFEST.MF").toURL().openStream()) {
      return new Manifest(manifest).getMainAttributes();
    }
  }

  private static String orElse(@Nullable String value, String fallback) {
    return value == null ? fallback : value;
  }
}
