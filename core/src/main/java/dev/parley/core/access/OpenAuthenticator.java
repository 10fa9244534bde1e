package dev.parley.core.access;

import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.user.Profile;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Open mode: believes the name that the caller gives, unless it is one of the server's own users.
/// For one machine, or a network of friends.
public final class OpenAuthenticator implements Authenticator {
  private static final Set<Caller.Right> RIGHTS =
      Set.of(Caller.Right.CREATE_ROOMS, Caller.Right.IMPORT);

  private final Set<String> reserved;

  /// @param reserved names in small letters that nobody can take, in whatever case
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
    if (reserved.contains(user.toLowerCase(Locale.ROOT))) {
      throw new RefusedException(
          Reason.UNAUTHENTICATED.because(
              "\"%s\" is an assistant of this server (expected: another name)".formatted(user)));
    }
    return new Caller(claimed != null ? claimed : new Profile(user, user, user, ""), RIGHTS);
  }
}
