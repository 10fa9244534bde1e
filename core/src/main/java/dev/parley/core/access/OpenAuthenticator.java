package dev.parley.core.access;

import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.user.Profile;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Open mode: believes the name that the caller gives, and how he wants to be shown, unless it is
/// as one of the server's own users.
/// For one machine, or a network of friends.
public final class OpenAuthenticator implements Authenticator {
  private static final Set<Caller.Right> RIGHTS =
      Set.of(Caller.Right.CREATE_ROOMS, Caller.Right.IMPORT);

  private final Set<String> reserved;

  /// @param reserved names in small letters that nobody can take or be shown under, in whatever
  ///     case, width or spaces
  public OpenAuthenticator(Set<String> reserved) {
    this.reserved = Set.copyOf(reserved);
  }

  @Override
  public Caller authenticate(Credentials credentials, @Nullable Profile claimed)
      throws RefusedException {
    String user = claimed != null ? claimed.id() : credentials.user();
    if (user == null || user.isEmpty()) {
      return Caller.NOBODY;
    }
    Profile profile = claimed != null ? claimed : new Profile(user, user, user, "");
    if (!reserved.isEmpty()) {
      checkFree(profile.id());
      checkFree(profile.username());
      checkFree(profile.displayName());
    }
    return new Caller(profile, RIGHTS);
  }

  private void checkFree(String name) throws RefusedException {
    String plain = Normalizer.normalize(name, Normalizer.Form.NFKC).strip();
    if (reserved.contains(plain.toLowerCase(Locale.ROOT))) {
      throw new RefusedException(
          Reason.UNAUTHENTICATED.because(
              "\"%s\" is an assistant of this server (expected: another name)".formatted(name)));
    }
  }
}
