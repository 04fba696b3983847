// dlib is C++: only the shim CDlib includes its headers.
#pragma once
